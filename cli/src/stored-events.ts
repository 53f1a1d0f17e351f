import type { TimelineEvent } from '@auseq/proto/run-timeline';
import type { CoordinatorClient } from './client.js';
import { eventView } from './render/event.js';

/** A run in work may be silent for longer than anybody wants to wait for its next event. */
const silenceMs = 1_500;

/** The events that are stored of a run now, in their order, whether it goes on or not. Throws AU_RUN_NOT_FOUND. */
export async function storedEvents(client: CoordinatorClient, run: string): Promise<TimelineEvent[]> {
  await client.runs.show({ run });
  const askedAt = new Date().toISOString();
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), silenceMs);
  const events: TimelineEvent[] = [];
  try {
    for await (const event of client.runs.watch({ run, afterSequence: 0 }, { signal: enough.signal })) {
      timer.refresh();
      if (event.time > askedAt) break;
      const { time, kind, json: fields } = eventView(event);
      events.push({ time, kind, fields });
    }
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    enough.abort();
  }
  return events;
}
