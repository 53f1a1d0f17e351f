import { AuseqError } from '@auseq/proto/errors';
import { type NativeAttr, type NativeBackend, type NativeBinding, type NativeTensor, nativeBackend } from './native.js';
import type { TypedArray } from './program.js';
import { tf } from './tf.js';

export interface BindingWatcher {
  created(id: number, shape: readonly number[], dtype: number, values: unknown): void;
  /** Before the operation runs: may refuse it by throwing. */
  executing(op: string, attrs: readonly NativeAttr[], inputs: readonly number[]): void;
  executed(op: string, attrs: readonly NativeAttr[], inputs: readonly number[], outputs: readonly NativeTensor[]): void;
  /** Before a value is read: may refuse it by throwing. */
  reading(id: number): void;
}

let watching = false;

/**
 * Runs `body` while `watcher` sees every tensor made, every operation run and every value read by tfjs.
 * The one place that touches tfjs's own objects; all of them are as before when it returns or throws.
 */
export function watchBinding<T>(watcher: BindingWatcher, body: () => T): T {
  if (watching) {
    throw new AuseqError('AU_RECORDING_OP', {
      what: 'a session was compiled inside the recording of another one',
      why: 'only one recording can run at a time',
      try: 'compile both sessions one after the other',
    });
  }
  const backend = nativeBackend();
  const binding = backend.binding;
  const gather = tf.getKernel('GatherV2', 'tensorflow');
  const gatherFunc = gather.kernelFunc;
  let trusted = 0;
  watching = true;
  backend.binding = watchedBinding(binding, watcher, () => trusted > 0);
  backend.read = refusedRead(backend, watcher);
  // The kernel reads the indices to check their bounds, here those of the stand-ins. In a run TensorFlow checks them
  // itself on a CPU; on a GPU an index out of range gives zeros.
  gather.kernelFunc = (args) => {
    trusted++;
    try {
      return gatherFunc(args);
    } finally {
      trusted--;
    }
  };
  try {
    return body();
  } finally {
    gather.kernelFunc = gatherFunc;
    delete (backend as Partial<NativeBackend>).read;
    backend.binding = binding;
    watching = false;
  }
}

/** The native methods are read-only properties, so an object in front of them answers instead. */
function watchedBinding(binding: NativeBinding, watcher: BindingWatcher, trusted: () => boolean): NativeBinding {
  const front: Partial<Record<keyof NativeBinding, unknown>> = {
    createTensor(shape: readonly number[], dtype: number, values: unknown): number {
      const id = binding.createTensor(shape, dtype, values);
      watcher.created(id, shape, dtype, values);
      return id;
    },
    executeOp(op: string, attrs: NativeAttr[], inputs: number[], count: number): NativeTensor[] {
      watcher.executing(op, attrs, inputs);
      const outputs = binding.executeOp(op, attrs, inputs, count);
      watcher.executed(op, attrs, inputs, outputs);
      return outputs;
    },
    tensorDataSync(id: number): TypedArray {
      if (!trusted()) watcher.reading(id);
      return binding.tensorDataSync(id);
    },
  };
  const properties = Object.entries(front).map(([name, value]) => [name, { value }] as const);
  return Object.create(binding, Object.fromEntries(properties)) as NativeBinding;
}

/** A promise that stays pending: the watcher has noted the failure, and a rejection nobody awaits would end the process. */
function refusedRead(backend: NativeBackend, watcher: BindingWatcher): NativeBackend['read'] {
  const read = Object.getPrototypeOf(backend).read as NativeBackend['read'];
  return (dataId) => {
    const { id, values } = backend.tensorMap.get(dataId);
    try {
      if (values === null) watcher.reading(id);
    } catch {
      return new Promise(() => {});
    }
    return read.call(backend, dataId);
  };
}
