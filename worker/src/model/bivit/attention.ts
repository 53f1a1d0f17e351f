import { tf } from '../../tensor/tf.js';
import { dropout, layerNorm, linear, type Masks, type Params } from './layers.js';
import type { BivitShape } from './shape.js';

/** One attention block of the transformer: `name` in the state dict, `site` of its two dropouts. */
export interface AttentionPlace {
  readonly name: string;
  readonly site: string;
}

/** x [B,T,W] attends to itself; queries, keys and values from one matrix without bias (model-facts §0.1). */
export function selfAttention(
  p: Params,
  place: AttentionPlace,
  x: tf.Tensor,
  shape: BivitShape,
  masks: Masks,
): tf.Tensor {
  const mixed = linear(p, `${place.name}.to_qkv`, layerNorm(p, `${place.name}.norm`, x));
  const [q, k, v] = tf.split(mixed, 3, -1);
  return attend(p, place, { q: q!, k: k!, v: v! }, shape, masks);
}

/**
 * x [B,T,W] attends to context [B,S,W]; one norm serves both. The legacy network has S = 1: the softmax is 1 whatever
 * the scores are, so queries and keys get exactly zero gradients (model-facts §0.1).
 */
export function crossAttention(
  p: Params,
  place: AttentionPlace,
  x: tf.Tensor,
  context: tf.Tensor,
  shape: BivitShape,
  masks: Masks,
): tf.Tensor {
  const q = linear(p, `${place.name}.to_q`, layerNorm(p, `${place.name}.norm`, x));
  const [k, v] = tf.split(linear(p, `${place.name}.to_kv`, layerNorm(p, `${place.name}.norm`, context)), 2, -1);
  return attend(p, place, { q, k: k!, v: v! }, shape, masks);
}

interface Heads {
  readonly q: tf.Tensor;
  readonly k: tf.Tensor;
  readonly v: tf.Tensor;
}

function attend(p: Params, place: AttentionPlace, { q, k, v }: Heads, shape: BivitShape, masks: Masks): tf.Tensor {
  const { heads, headWidth } = shape;
  const perHead = (t: tf.Tensor) =>
    t.reshape([t.shape[0]!, t.shape[1]!, heads, headWidth]).transpose([0, 2, 1, 3]) as tf.Tensor4D;
  const scores = tf.matMul(perHead(q), perHead(k), false, true).mul(1 / Math.sqrt(headWidth));
  const probabilities = dropout(masks, `${place.site}.attention`, softmax(scores));
  const mixed = tf.matMul(probabilities, perHead(v));
  const joined = mixed.transpose([0, 2, 1, 3]).reshape([q.shape[0]!, q.shape[1]!, heads * headWidth]);
  return dropout(masks, `${place.site}.out`, linear(p, `${place.name}.to_out.0`, joined));
}

/**
 * Over a single key TensorFlow's kernel is 1 only up to rounding; here it is 1, and the scores' gradient 0, exactly as
 * in torch.
 */
function softmax(scores: tf.Tensor): tf.Tensor {
  return scores.shape.at(-1) === 1 ? scores.mul(0).add(1) : tf.softmax(scores);
}
