import type { RunEvent } from '@auseq/proto/gen/auseq/v1/auseq';
import { everythingOf, runStream } from '@auseq/proto/subjects';
import { DeliverPolicy, type JetStreamClient, JSONCodec } from 'nats';
import { takeBatch } from './take-batch.js';
import { viewEvent } from './view-event.js';

const codec = JSONCodec<unknown>();
/** With nothing new for this long the reader looks whether the run has ended. */
const quietMs = 500;
const batchMessages = 500;

/**
 * Every stored event of a run after `afterSequence`, then the live ones; ends when `hasEnded` says so and nothing is left
 * to read, or with the signal. Throws what JetStream throws.
 */
export async function* readEvents(
  stream: JetStreamClient,
  run: string,
  afterSequence: number,
  hasEnded: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const consumer = await stream.consumers.get(runStream.name, {
    filterSubjects: everythingOf(run),
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: afterSequence + 1,
  });
  try {
    while (!signal.aborted) {
      const ended = hasEnded(); // asked before reading, so that the last events are not missed
      let count = 0;
      const batch = await consumer.fetch({ max_messages: batchMessages, expires: 1000, idle_heartbeat: quietMs });
      for await (const message of takeBatch(batch)) {
        count++;
        const { subject, seq, data, info } = message;
        yield viewEvent(subject, seq, new Date(info.timestampNanos / 1e6), codec.decode(data));
        if (signal.aborted) return;
      }
      if (ended && count === 0) return;
    }
  } finally {
    await consumer.delete().catch(() => {}); // the server removes it by itself when nobody reads
  }
}
