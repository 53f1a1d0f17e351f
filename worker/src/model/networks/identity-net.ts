import { tf } from '../../tensor/tf.js';
import { bilinearMatrix } from './bilinear-matrix.js';
import { backbonePlan } from './parameters.js';
import { averagePool, type Constants, foldedConvolve, resNetMap } from './resnet.js';
import type { ResNetShape } from './resnet-shape.js';

/** Channel means of VGGFace2 in BGR, 0..255 (model-facts §5). */
const meanBgr = [91.4953, 103.8827, 131.0912];

/** Pixels DECA cuts off each side of 224 (model-facts §5). */
const marginOf224 = 10;

/**
 * DECA's input to the identity network (model-facts §5): margin cut, BGR * 255 - mean, then 2x - 1, back to full size
 * bilinearly.
 */
export function identityInput(image: tf.Tensor): tf.Tensor4D {
  const [batch, size] = image.shape as [number, number, number, number];
  const margin = Math.round((marginOf224 * size) / 224);
  const side = size - 2 * margin;
  const cut = tf.slice(image, [0, margin, margin, 0], [batch, side, side, 3]);
  const bgr = tf.reverse(cut, -1).mul(255).sub(tf.tensor1d(meanBgr)).mul(2).sub(1);
  return enlarge(bgr, size);
}

/** [B,s,s,3] -> [B,S,S,3] as two matrix products: TensorFlow.js has no gradient for half-pixel bilinear resizing. */
function enlarge(image: tf.Tensor, size: number): tf.Tensor4D {
  const [batch, side] = image.shape as [number, number, number, number];
  const matrix = tf.tensor2d(bilinearMatrix(side, size), [size, side]);
  const alongFirst = (x: tf.Tensor) =>
    tf.matMul(matrix, x.reshape([side, -1]) as tf.Tensor2D).reshape([size, ...x.shape.slice(1)]);
  const rows = alongFirst(image.transpose([1, 0, 2, 3])).reshape([size, batch, side, 3]);
  return alongFirst(rows.transpose([2, 1, 0, 3])).transpose([1, 2, 0, 3]) as tf.Tensor4D;
}

/**
 * The VGGFace2 ResNet-50 of Caffe lineage (model-facts §5): pictures [B,S,S,3] RGB in 0..1 -> pooled feature [B,2048].
 */
export function identityForward(c: Constants, image: tf.Tensor, shape: ResNetShape): tf.Tensor2D {
  return averagePool(resNetMap(backbonePlan('identity_net', shape), identityInput(image), foldedConvolve(c)));
}
