import { Args, Flags } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { followRun } from '../../follow.js';
import { formatRun } from '../../render/run.js';
import { runView } from '../../run-view.js';

export default class RunsStop extends AuseqCommand {
  static override summary = 'end a run at its next step, with a checkpoint';
  static override examples = ['<%= config.bin %> <%= command.id %> brisk-otter-7f3a --wait'];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = {
    ...targetFlags,
    wait: Flags.boolean({ description: 'return when the checkpoint is written and the workers are free' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsStop);
    await this.withCoordinator(flags, async (client) => {
      let run = await client.runs.stop({ run: args.run });
      if (flags.wait) run = (await followRun(client, run.name, { show: null, say: (text) => this.say(text) })) ?? run;
      this.emit(flags.output, runView(run), formatRun);
      this.say(`run ${run.name} is ${run.state}. Go on later: auseq runs resume ${run.name}`);
    });
  }
}
