import { allSlips } from '@auseq/configs/legacy-slips';
import { Args, Flags } from '@oclif/core';
import { targetFlags } from '../../base-command.js';
import { FollowCommand, followFlags } from '../../follow-command.js';
import { fields } from '../../render/table.js';

export default class RunsSubmit extends FollowCommand {
  static override summary = "check a config and queue a run of it; prints the run's name";
  static override examples = [
    '<%= config.bin %> <%= command.id %> configs/tiny.yml --set dataset.root=data --follow',
    '<%= config.bin %> <%= command.id %> configs/release_version/deca_pretrain_video_OnlyE2.yml --set train.max_steps=2000 --name first --wait',
    '<%= config.bin %> <%= command.id %> tiny --set dataset.root=data --dry-run',
  ];
  static override args = { config: Args.string({ description: 'config file or preset', required: true }) };
  static override flags = {
    ...targetFlags,
    ...followFlags,
    set: Flags.string({
      description: 'override one value: key.path=value (value is YAML)',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    name: Flags.string({ description: 'name of the run; without it the coordinator finds one', default: '' }),
    'legacy-slips': Flags.boolean({
      description: 'turn on every slip of the legacy code (keys under legacy:); a --set legacy.KEY=... still wins',
    }),
    'simulate-compute': Flags.integer({
      description:
        'make a step take at least this many ms while all workers are there; changes no bit (train.simulate_compute_ms)',
      min: 0,
    }),
    'dry-run': Flags.boolean({
      description: 'check and show the config, submit nothing',
      exclusive: ['follow', 'wait'],
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsSubmit);
    const { submittedConfig } = await import('../../submitted-config.js');
    const { config, yaml, hash, warnings } = submittedConfig(args.config, [
      ...(flags['legacy-slips'] ? slipOverrides() : []),
      ...(flags['simulate-compute'] === undefined ? [] : [`train.simulate_compute_ms=${flags['simulate-compute']}`]),
      ...flags.set,
    ]);
    for (const warning of warnings) this.say(`warning: ${warning}`);
    if (flags['dry-run']) {
      const sequences = config.batch.leaves * config.dataset.batch_size;
      this.emit(flags.output, { config, hash, warnings }, () =>
        fields([
          ['config hash', hash],
          ['sequences a step', sequences],
          ['leaves', config.batch.leaves],
          ['steps', config.train.max_steps],
          ['sync', config.sync],
          ['data', config.dataset.root],
        ]),
      );
      return;
    }
    await this.withCoordinator(flags, async (client) => {
      const { name } = await client.runs.submit({
        configYaml: yaml,
        configJson: JSON.stringify(config),
        name: flags.name,
      });
      if (flags.output === 'text') this.emit('text', name, String);
      if (!flags.follow && !flags.wait) this.say(`submitted. Follow it: auseq runs watch ${name}`);
      await this.stayWith(client, name, flags);
    });
  }
}

function slipOverrides(): string[] {
  return Object.entries(allSlips).map(([key, value]) => `legacy.${key}=${value}`);
}
