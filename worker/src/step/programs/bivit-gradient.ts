import type { TensorSpec } from '../../tensor/session.js';
import { tf } from '../../tensor/tf.js';
import type { Sizes } from '../sizes.js';
import { trainedNetwork } from '../trained-network.js';
import { maskInputs, masksOf } from './masks.js';

/** What the vector-Jacobian product of BiViT reads for `batch` sequences. */
export function bivitGradientInputs(sizes: Sizes, batch: number): Record<string, TensorSpec> {
  const { frames, aus, auWidth, globalWidth, outputs } = sizes.bivit;
  return {
    afn: { shape: [batch, frames, aus, auWidth], dtype: 'float32' },
    global: { shape: [batch, frames, globalWidth], dtype: 'float32' },
    dcodes: { shape: [batch, outputs], dtype: 'float32' },
    ...maskInputs(sizes, batch),
  };
}

/** Gradient of sum(codes * dcodes) with respect to every weight: BiViT is run again, which costs next to nothing. */
export function bivitGradient(
  state: Readonly<Record<string, tf.Tensor>>,
  names: readonly string[],
  inputs: Readonly<Record<string, tf.Tensor>>,
  sizes: Sizes,
): Record<string, tf.Tensor> {
  const codesOf = (...weights: tf.Tensor[]) => {
    const params = Object.fromEntries(names.map((name, index) => [name, weights[index]!]));
    const codes = trainedNetwork(sizes).forward(
      params,
      { afn: inputs.afn!, global: inputs.global! },
      sizes.bivit,
      masksOf(inputs),
    );
    return codes.mul(inputs.dcodes!).sum();
  };
  const gradients = tf.grads(codesOf)(names.map((name) => state[name]!));
  return Object.fromEntries(names.map((name, index) => [name, gradients[index]!]));
}
