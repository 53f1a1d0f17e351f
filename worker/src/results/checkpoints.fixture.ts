import type { ObjectStore } from '@auseq/infra/store/object-store';
import { checkpointFolder, manifestKey } from './checkpoint-layout.js';
import { readCheckpoint } from './read-checkpoint.js';
import { storedSteps } from './retain-checkpoints.js';
import type { TrainingState } from './state-digest.js';

/** A small state; equal for equal steps. */
export function aState(step: number, values = 64): TrainingState {
  const arrays = ['m/w', 'v/w', 'w/w'].map((name, index) => ({
    name,
    shape: [values],
    data: Float32Array.from({ length: values }, (_, at) => step + index / 3 + at / 7),
  }));
  return { snapshot: { step, arrays }, data: { epoch: 0, position: step }, seed: 1 };
}

/** Key of the only part of a checkpoint in a store. */
export async function onlyPart(store: Pick<ObjectStore, 'list'>, run: string, step: number): Promise<string> {
  const parts: string[] = [];
  for await (const { key } of store.list(`${checkpointFolder(run, step)}/part-`)) parts.push(key);
  if (parts.length !== 1) throw new Error(`${parts.length} parts`);
  return parts[0]!;
}

export class Killed extends Error {}

/** A store whose process dies at its nth write (0: the first): a put has sent half its bytes then. Counts what it does. */
export function dyingStore(store: ObjectStore, dieAt: number): ObjectStore & { writes(): number } {
  let writes = 0;
  const alive = () => {
    if (writes > dieAt) throw new Killed('dead');
  };
  const write = (work: () => Promise<void>, half: () => Promise<void>): Promise<void> => {
    alive();
    return writes++ === dieAt ? half() : work();
  };
  return {
    url: store.url,
    writes: () => writes,
    put: async (key, data, signal) =>
      write(
        () => store.put(key, data, signal),
        () => store.put(key, halfOf(data), signal),
      ),
    remove: async (key, signal) =>
      write(
        () => store.remove(key, signal),
        () => Promise.reject(new Killed('before a removal')),
      ),
    async get(key, signal) {
      alive();
      return store.get(key, signal);
    },
    async getStream(key, signal) {
      alive();
      return store.getStream(key, signal);
    },
    async *list(prefix, signal) {
      alive();
      yield* store.list(prefix, signal);
    },
    async stat(key, signal) {
      alive();
      return store.stat(key, signal);
    },
  };
}

async function* halfOf(data: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  if (data instanceof Uint8Array) chunks.push(data);
  else for await (const chunk of data) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  yield whole.subarray(0, whole.length / 2);
  throw new Killed('in the middle of an object');
}

/** Steps that are listed, after reading each of them whole. Throws AU_CHECKPOINT_CORRUPT where one is not. */
export async function wholeSteps(store: ObjectStore, run: string): Promise<number[]> {
  const steps = await storedSteps(store, run);
  for (const step of steps) await readCheckpoint(store, manifestKey(run, step));
  return steps;
}
