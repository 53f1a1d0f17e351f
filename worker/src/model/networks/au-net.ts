import { tf } from '../../tensor/tf.js';
import { dense } from './dense.js';
import { backbonePlan } from './parameters.js';
import { type Constants, foldedConvolve, resNetMap } from './resnet.js';
import type { ResNetShape } from './resnet-shape.js';

const imageNetMean = [0.485, 0.456, 0.406];
const imageNetStd = [0.229, 0.224, 0.225];

/** RGB in 0..1 -> ImageNet's mean and deviation, which MEFARG was trained with (model-facts §4.2, §0.7 slip 5). */
export function imageNetNormalise(image: tf.Tensor): tf.Tensor {
  const scale = tf.tensor1d(imageNetStd.map((std) => 1 / std));
  const shift = tf.tensor1d(imageNetMean.map((mean, i) => -mean / imageNetStd[i]!));
  return image.mul(scale).add(shift);
}

/**
 * MEFARG's AU feature generator without its graph (model-facts §4.1): pictures [B,S,S,3] RGB in 0..1, background
 * already black -> one vector per AU [B,27,512], L2-normalised with eps 1e-12. `raw` leaves the pictures as they are (slip 5).
 */
export function auNetForward(c: Constants, image: tf.Tensor, shape: ResNetShape, raw = false): tf.Tensor3D {
  const input = raw ? image : imageNetNormalise(image);
  const map = resNetMap(backbonePlan('au_net', shape), input, foldedConvolve(c));
  const [batch, height, width, feature] = map.shape;
  const tokens = tf.relu(dense(c, 'global_linear', map.reshape([batch * height * width, feature])));
  const perAu = tf.relu(dense(c, 'head', tokens));
  return normaliseVectors(perAu.reshape([batch, height * width, shape.aus, shape.auWidth]).mean(1));
}

function normaliseVectors(vectors: tf.Tensor): tf.Tensor3D {
  // max(norm, 1e-12), squared, so that the gradient of a zero vector is defined.
  const squared = tf.maximum(vectors.square().sum(-1, true), 1e-24);
  return vectors.mul(squared.rsqrt()) as tf.Tensor3D;
}
