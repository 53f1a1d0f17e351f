import { headSize } from '@auseq/configs/heads';
import type { RunConfig } from '@auseq/configs/schema';

export type SyncMode = 'gather' | 'allreduce';

export interface SyncChoice {
  readonly sync: SyncMode;
  readonly reason: string;
}

/** What sizes depend on, by preset and network: fp32 numbers (DESIGN §5). `fixed` = weights that do not depend on window or head. */
const networks = {
  legacy: {
    frame: 27 * 512 + 2048,
    bivit: { fixed: 20_774_912, place: 512, read: 512 },
    bivit2: { fixed: 26_568_704, place: 512, read: 1024 },
  },
  tiny: {
    frame: 27 * 16 + 64,
    bivit: { fixed: 42_272, place: 32, read: 32 },
    bivit2: { fixed: 54_496, place: 32, read: 64 },
  },
} as const satisfies Record<RunConfig['model']['preset'], unknown>;

/** Bytes that a worker must receive: what the network takes and gives for one sequence, and its trained parameters. */
export function bytesOf({ model, dataset }: Pick<RunConfig, 'model' | 'dataset'>): {
  sequence: number;
  parameters: number;
} {
  const { frame, [model.network]: network } = networks[model.preset];
  const outputs = headSize(model.head);
  // A place in the position table for each frame; a row and a bias of the last layer for each output.
  const parameters = network.fixed + dataset.windowsize * network.place + outputs * (network.read + 1);
  return { sequence: 4 * (dataset.windowsize * frame + outputs), parameters: 4 * parameters };
}

/**
 * Resolves `sync: auto` once, at submit, from the config alone: never from the number of workers, since the two modes add
 * in different orders (PROTOCOL 2). The cheaper one is that with fewer bytes a step for each worker.
 */
export function chooseSync({ sync, sync_wire, model, batch, dataset }: RunConfig): SyncChoice {
  if (sync !== 'auto') return { sync, reason: `the config asks for ${sync}` };
  const { sequence, parameters } = bytesOf({ model, dataset });
  const sequences = batch.leaves * dataset.batch_size;
  const gathered = sequences * sequence;
  // The sum goes out and comes back once.
  const reduced = sync_wire === 'bf16' ? parameters : 2 * parameters;
  const compare = `${sequences} sequences of ${megabytes(sequence)} are ${megabytes(gathered)} a step, gradients ${megabytes(reduced)}`;
  return gathered <= reduced ? { sync: 'gather', reason: compare } : { sync: 'allreduce', reason: compare };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toPrecision(3)} MB`;
}
