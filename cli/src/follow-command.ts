import type { RunEvent } from '@auseq/proto/gen/auseq/v1/auseq';
import { Flags } from '@oclif/core';
import { AuseqCommand } from './base-command.js';
import type { CoordinatorClient } from './client.js';
import { followRun } from './follow.js';
import { eventView, formatEvent } from './render/event.js';
import { formatRun } from './render/run.js';
import { runOutcome } from './run-outcome.js';
import { runView } from './run-view.js';

export const followFlags = {
  follow: Flags.boolean({
    description: 'show events until the run ends; Ctrl-C only detaches (exit 0)',
    exclusive: ['wait'],
  }),
  wait: Flags.boolean({ description: 'wait silently until the run ends: exit 0 completed, 6 failed, 7 stopped' }),
};

/** Commands that start something on a run and may stay with it. */
export abstract class FollowCommand extends AuseqCommand {
  /** Waits as the flags say, prints the run as JSON where asked (after its events, a line each), and sets the exit code of its end. */
  protected async stayWith(
    client: CoordinatorClient,
    name: string,
    flags: { follow: boolean; wait: boolean; output: string },
    afterSequence = 0,
  ): Promise<void> {
    const ended =
      flags.follow || flags.wait
        ? await followRun(client, name, {
            show: flags.follow ? (event) => this.showEvent(event, flags.output) : null,
            say: (message) => this.say(message),
            afterSequence,
          })
        : null;
    if (flags.output === 'json')
      this.emit('json', runView(ended ?? (await client.runs.show({ run: name }))), formatRun);
    const failure = ended ? runOutcome(ended) : null;
    if (failure) this.failAfterResult(failure);
    else if (ended)
      this.say(`run ${name} completed at step ${ended.step}. Fetch it: auseq checkpoints pull ${name} -o DIR`);
  }

  /** In text mode stdout is the run's name alone: events are talk. */
  private showEvent(event: RunEvent, output: string): void {
    if (output === 'json') this.emit('json', eventView(event), String);
    else this.say(formatEvent(event));
  }
}
