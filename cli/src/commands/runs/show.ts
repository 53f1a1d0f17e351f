import { Args } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { formatRun } from '../../render/run.js';
import { runView } from '../../run-view.js';

export default class RunsShow extends AuseqCommand {
  static override summary = 'show the state of one run, and the reason for it';
  static override examples = ['<%= config.bin %> <%= command.id %> brisk-otter-7f3a --output json'];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = targetFlags;

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsShow);
    const run = await this.withCoordinator(flags, (client) => client.runs.show({ run: args.run }));
    this.emit(flags.output, runView(run), formatRun);
  }
}
