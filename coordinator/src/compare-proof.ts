import type { createLogger } from '@auseq/infra/logging/logger';
import type { SerialisedError } from '@auseq/proto/errors';
import type { Proof } from '@auseq/proto/proof';
import { decideProof } from './runs/decide-proof.js';
import type { RunBook } from './runs/run-book.js';
import type { RunRecord } from './runs/run-record.js';
import type { WorkerTable } from './workers/worker-table.js';

interface Parts {
  readonly book: RunBook;
  readonly workers: WorkerTable;
  readonly logger: ReturnType<typeof createLogger>;
}

/**
 * Compares one worker's proof with the run's (PROTOCOL 7), keeps what came of it, says it, and lets the worker take part; or
 * returns why it may not.
 */
export async function compareProof(
  { book, workers, logger }: Parts,
  record: RunRecord,
  worker: string,
  parts: Proof,
): Promise<SerialisedError | null> {
  const { name: run, generation } = record;
  const decision = decideProof(record, worker, parts);
  if (decision.kind === 'named' || decision.kind === 'refused') {
    await book.change(run, { otherBits: [...new Set([...record.otherBits, worker])] });
    const sentence = decision.kind === 'named' ? decision.reason : `${decision.error.what}: ${decision.error.why}`;
    logger.warn({ run, worker }, sentence);
    book.tellDecision(run, 'other bits', sentence);
  }
  if (decision.kind === 'refused') return decision.error;
  workers.get(worker)?.send({ $case: 'proved', proved: { run, generation } });
  return null;
}
