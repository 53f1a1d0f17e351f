import type { tf } from '../../tensor/tf.js';
import { backbonePlan } from './parameters.js';
import { averagePool, type Constants, foldedConvolve, resNetMap } from './resnet.js';
import type { ResNetShape } from './resnet-shape.js';

/** EMOCA's emotion network (model-facts §3.2, §11): pictures [B,S,S,3] RGB in 0..1 -> pooled feature [B,2048]. */
export function emotionForward(c: Constants, image: tf.Tensor, shape: ResNetShape): tf.Tensor2D {
  return averagePool(resNetMap(backbonePlan('emotion_net', shape), image, foldedConvolve(c)));
}
