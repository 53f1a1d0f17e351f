import type { HostArray } from '../assets/types.js';
import type { tf } from '../tensor/tf.js';

/** Constants of several owners share one compiled session; each owner's names stand behind its own prefix. */
export function withPrefix(prefix: string, arrays: Readonly<Record<string, HostArray>>): Record<string, HostArray> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));
}

/** The inverse inside a program: the tensors of one owner under their own names. */
export function constantsOf(all: Readonly<Record<string, tf.Tensor>>, prefix: string): Record<string, tf.Tensor> {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => name.startsWith(start))
      .map(([name, tensor]) => [name.slice(start.length), tensor]),
  );
}
