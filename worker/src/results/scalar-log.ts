import { hostname } from 'node:os';
import { EventWriter } from '@auseq/infra/logging/tensorboard';
import { createTurns } from '@auseq/infra/runtime/in-turn';
import type { ObjectStore } from '@auseq/infra/store/object-store';

/** TensorBoard scalars and pictures of one run, put into the store whenever `flush` is called. */
export interface ScalarLog {
  scalars(prefix: string, values: Readonly<Record<string, number>>, step: number): void;
  image(tag: string, picture: { width: number; height: number; encoded: Uint8Array }, step: number): void;
  /** Resolves when what was said so far is stored; calls are served in order, and what one could not store the next one does. */
  flush(): Promise<void>;
}

export function createScalarLog(store: Pick<ObjectStore, 'put'>, run: string): ScalarLog {
  const writer = new EventWriter(hostname());
  const unsent: { name: string; bytes: Uint8Array }[] = [];
  const sends = createTurns();
  const send = async () => {
    for (let file = unsent[0]; file; file = unsent[0]) {
      await store.put(`runs/${run}/logs/${file.name}`, file.bytes);
      unsent.shift();
    }
  };
  return {
    scalars(prefix, values, step) {
      for (const [name, value] of Object.entries(values)) writer.scalar(`${prefix}/${name}`, value, step);
    },
    image: (tag, picture, step) => writer.image(tag, picture, step),
    flush() {
      const file = writer.take();
      if (file) unsent.push(file);
      return sends.run(send);
    },
  };
}
