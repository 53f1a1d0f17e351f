import { tf } from '../../tensor/tf.js';
import { dense } from './dense.js';
import { backbonePlan } from './parameters.js';
import { averagePool, type Constants, foldedConvolve, resNetMap } from './resnet.js';
import type { ResNetShape } from './resnet-shape.js';

/** E_flame (model-facts §2.1): pictures [B,S,S,3] RGB in 0..1, not normalised -> feature [B,2048] and codes [B,236]. */
export function eFlameForward(
  c: Constants,
  image: tf.Tensor,
  shape: ResNetShape,
): { feature: tf.Tensor2D; codes: tf.Tensor2D } {
  const feature = averagePool(resNetMap(backbonePlan('e_flame', shape), image, foldedConvolve(c)));
  return { feature, codes: dense(c, 'layers.2', tf.relu(dense(c, 'layers.0', feature))) };
}
