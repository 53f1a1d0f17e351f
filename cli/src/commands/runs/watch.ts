import { Args, Flags } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { catchInterrupt } from '../../interrupt.js';
import { detachNote } from '../../interrupt-note.js';
import { eventView, formatEvent } from '../../render/event.js';
import { runOutcome } from '../../run-outcome.js';
import { watchRun } from '../../watch-run.js';

export default class RunsWatch extends AuseqCommand {
  static override summary =
    'show the events of a run, from its beginning, until it ends: exit 0 completed, 6 failed, 7 stopped; Ctrl-C only detaches (exit 0)';
  static override examples = [
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a',
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --output json --after 120',
  ];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = {
    ...targetFlags,
    after: Flags.integer({ description: 'leave out events up to this sequence number', default: 0, min: 0 }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsWatch);
    const interrupt = catchInterrupt(() => this.say(`\n${detachNote(args.run)}`));
    await this.withCoordinator(flags, async (client) => {
      await client.runs.show({ run: args.run }); // an unknown run is an error, not a wait
      const run = await watchRun(client, args.run, {
        afterSequence: flags.after,
        onEvent: (event) => this.emit(flags.output, eventView(event), () => formatEvent(event)),
        onLost: (message) => this.say(message),
        signal: interrupt.signal,
      });
      const failure = runOutcome(run);
      if (failure) this.failAfterResult(failure);
    }).catch((error: unknown) => {
      if (!interrupt.signal.aborted) throw error;
    });
    interrupt.release();
  }
}
