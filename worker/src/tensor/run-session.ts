import { dataType, nativeBackend } from './native.js';
import type { TensorSpec, TypedArray } from './program.js';

export interface Feed {
  readonly node: string;
  readonly spec: TensorSpec;
  readonly data: TypedArray;
}

/** One native call: feeds, runs, fetches, and leaves no native tensor behind, whether it ends well or not. */
export function runSession(model: number, feeds: readonly Feed[], fetches: readonly string[]): TypedArray[] {
  const { binding } = nativeBackend();
  const held: number[] = [];
  try {
    for (const { spec, data } of feeds) held.push(binding.createTensor(spec.shape, dataType[spec.dtype], data));
    const inputNames = feeds.map(({ node }) => `${node}:0`).join();
    const results = binding.runSavedModel(model, [...held], inputNames, fetches.map((node) => `${node}:0`).join());
    held.push(...results.map(({ id }) => id));
    return results.map(({ id }) => binding.tensorDataSync(id));
  } finally {
    for (const id of held) binding.deleteTensor(id);
  }
}
