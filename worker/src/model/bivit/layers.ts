import { tf } from '../../tensor/tf.js';

/** Weights of a network as tensors, by state-dict name. */
export type Params = Readonly<Record<string, tf.Tensor>>;

/** Dropout multipliers by site (0 or 1/(1-rate)), or null for evaluation. */
export type Masks = Readonly<Record<string, tf.Tensor>> | null;

/** x [..., in] -> [..., out]; weight in torch's layout [out, in]; bias only where the state dict has one. */
export function linear(p: Params, name: string, x: tf.Tensor): tf.Tensor {
  const weight = p[`${name}.weight`] as tf.Tensor2D;
  const bias = p[`${name}.bias`];
  const [out, into] = weight.shape;
  const product = tf.matMul(x.reshape([-1, into]) as tf.Tensor2D, weight, false, true);
  return (bias ? product.add(bias) : product).reshape([...x.shape.slice(0, -1), out]);
}

/** LayerNorm over the last axis, eps 1e-5 (model-facts §11). */
export function layerNorm(p: Params, name: string, x: tf.Tensor): tf.Tensor {
  const centred = x.sub(x.mean(-1, true));
  const variance = centred.square().mean(-1, true);
  return centred.mul(variance.add(1e-5).rsqrt()).mul(p[`${name}.weight`]!).add(p[`${name}.bias`]!);
}

/** The exact GELU: x/2 (1 + erf(x / sqrt 2)). */
export function gelu(x: tf.Tensor): tf.Tensor {
  return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
}

export function dropout(masks: Masks, site: string, x: tf.Tensor): tf.Tensor {
  return masks ? x.mul(masks[site]!) : x;
}
