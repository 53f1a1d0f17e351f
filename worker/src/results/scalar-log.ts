import { hostname } from 'node:os';
import { EventWriter } from '@auseq/infra/logging/tensorboard';
import type { ObjectStore } from '@auseq/infra/store/object-store';

/** TensorBoard scalars and pictures of one run, put into the store whenever `flush` is called. */
export interface ScalarLog {
  scalars(prefix: string, values: Readonly<Record<string, number>>, step: number): void;
  image(tag: string, picture: { width: number; height: number; encoded: Uint8Array }, step: number): void;
  /** Resolves when what was said so far is stored; calls are served in order. */
  flush(): Promise<void>;
}

export function createScalarLog(store: ObjectStore, run: string): ScalarLog {
  const writer = new EventWriter(hostname());
  let last: Promise<void> = Promise.resolve();
  return {
    scalars(prefix, values, step) {
      for (const [name, value] of Object.entries(values)) writer.scalar(`${prefix}/${name}`, value, step);
    },
    image: (tag, picture, step) => writer.image(tag, picture, step),
    flush() {
      const file = writer.take();
      if (file) last = last.then(() => store.put(`runs/${run}/logs/${file.name}`, file.bytes));
      return last;
    },
  };
}
