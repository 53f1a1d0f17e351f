import type { RunConfig } from '@auseq/configs/schema';

export type SyncMode = 'gather' | 'allreduce';

export interface SyncChoice {
  readonly sync: SyncMode;
  readonly reason: string;
}

/** Bytes that a worker must receive: what BiViT takes and gives for one sequence, and its trained parameters, all fp32 (DESIGN §5). */
const sizes = {
  legacy: { sequence: 3 * (27 * 512 + 2048) * 4 + 127 * 4, parameters: 20_841_599 * 4 },
  tiny: { sequence: 3 * (27 * 16 + 64) * 4 + 127 * 4, parameters: 46_559 * 4 },
} as const satisfies Record<RunConfig['model']['preset'], { sequence: number; parameters: number }>;

/**
 * Resolves `sync: auto` once, at submit, from the config alone: never from the number of workers, since the two modes add
 * in different orders (PROTOCOL 2). The cheaper one is that with fewer bytes a step for each worker.
 */
export function chooseSync({ sync, model, batch, dataset }: RunConfig): SyncChoice {
  if (sync !== 'auto') return { sync, reason: `the config asks for ${sync}` };
  const { sequence, parameters } = sizes[model.preset];
  const sequences = batch.leaves * dataset.batch_size;
  const gathered = sequences * sequence;
  // The sum goes out and comes back once.
  const reduced = 2 * parameters;
  const compare = `${sequences} sequences of ${megabytes(sequence)} are ${megabytes(gathered)} a step, gradients ${megabytes(reduced)}`;
  return gathered <= reduced ? { sync: 'gather', reason: compare } : { sync: 'allreduce', reason: compare };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toPrecision(3)} MB`;
}
