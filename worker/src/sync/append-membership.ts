import { nextGeneration } from '@auseq/proto/next-generation';
import type { GenerationRecord } from '@auseq/proto/run-records';
import type { Links } from './links.js';

/**
 * Stores the membership of those that go on after `generation`, by compare-and-swap on the history, which a coordinator that
 * acts after all loses or wins (PROTOCOL 13, 15). Null where somebody else was faster, or NATS is away.
 */
export async function appendMembership(
  history: Links['history'],
  { run, generation, kept, reason }: { run: string; generation: number; kept: readonly string[]; reason: string },
): Promise<GenerationRecord | null> {
  try {
    const last = await history.last(run);
    if (last?.record.generation !== generation) return null;
    const record = nextGeneration(last.record, { members: kept, joining: [], reason, time: new Date().toISOString() });
    return record && (await history.append(record, last.sequence)) !== null ? record : null;
  } catch {
    return null;
  }
}
