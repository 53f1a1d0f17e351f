import { tf } from '../tensor/tf.js';

/**
 * The value without a gradient. An operation with a gradient of its own and no inputs cuts the tape: a zero gradient would not do,
 * because the tape would still follow the value into the integer indices that are made of it.
 */
export function detach<T extends tf.Tensor>(x: T): T {
  const cut = tf.customGrad(() => ({ value: x.clone(), gradFunc: () => [] }));
  return cut() as T;
}
