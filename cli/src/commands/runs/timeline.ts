import { runTimeline } from '@auseq/proto/run-timeline';
import { Args } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { formatTimeline } from '../../render/timeline.js';
import { storedEvents } from '../../stored-events.js';

export default class RunsTimeline extends AuseqCommand {
  static override summary =
    'show each change of membership of a run: what was noticed, when, who went on, and the first step committed after';
  static override examples = ['<%= config.bin %> <%= command.id %> brisk-otter-7f3a --output json'];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = targetFlags;

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsTimeline);
    const events = await this.withCoordinator(flags, (client) => storedEvents(client, args.run));
    this.emit(flags.output, runTimeline(events), formatTimeline);
  }
}
