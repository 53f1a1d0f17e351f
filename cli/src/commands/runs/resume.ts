import { Args, Flags } from '@oclif/core';
import { targetFlags } from '../../base-command.js';
import { FollowCommand, followFlags } from '../../follow-command.js';

export default class RunsResume extends FollowCommand {
  static override summary = 'go on with a run that was stopped, failed or completed, from a checkpoint';
  static override examples = [
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --follow',
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --max-steps 4000 --from-step 2000 --wait',
  ];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = {
    ...targetFlags,
    ...followFlags,
    'max-steps': Flags.integer({ description: 'new number of optimiser steps; 0 = as configured', default: 0, min: 0 }),
    'from-step': Flags.integer({
      description: 'checkpoint to start from; -1 = the newest whole one',
      default: -1,
      min: -1,
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsResume);
    await this.withCoordinator(flags, async (client) => {
      const request = { run: args.run, maxSteps: flags['max-steps'], fromStep: flags['from-step'] };
      const { name } = await client.runs.resume(request);
      if (flags.output === 'text') this.emit('text', name, String);
      if (!flags.follow && !flags.wait) this.say(`resumed. Follow it: auseq runs watch ${name}`);
      await this.stayWith(client, name, flags);
    });
  }
}
