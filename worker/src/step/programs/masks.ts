import type { TensorSpec } from '../../tensor/session.js';
import type { tf } from '../../tensor/tf.js';
import type { Sizes } from '../sizes.js';
import { trainedNetwork } from '../trained-network.js';

const prefix = 'mask/';

/** Dropout masks as program inputs for `batch` sequences: a recording would turn random numbers into constants (PROTOCOL 5). */
export function maskInputs(sizes: Sizes, batch: number): Record<string, TensorSpec> {
  return Object.fromEntries(
    trainedNetwork(sizes)
      .sites(sizes.bivit)
      .map(({ name, shape }) => [`${prefix}${name}`, { shape: [batch, ...shape], dtype: 'float32' }]),
  );
}

/** Host masks under their input names. */
export function maskFeeds(masks: Readonly<Record<string, Float32Array>>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(masks).map(([name, mask]) => [`${prefix}${name}`, mask]));
}

/** Mask tensors under their site names. */
export function masksOf(inputs: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}
