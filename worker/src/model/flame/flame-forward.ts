import { tf } from '../../tensor/tf.js';
import { rodrigues } from './rodrigues.js';

export interface FlameCodes {
  readonly shape: tf.Tensor; // [B,100]
  readonly exp: tf.Tensor; // [B,50]
  readonly pose: tf.Tensor; // [B,6]: root, jaw (axis-angle)
}

/**
 * FLAME's vertices [B,N,3] in metres (model-facts §1.3) for codes as DECA uses them: neck and eyes at rest.
 * With identity rotations there, skinning is the jaw's turn about its joint, mixed in by the jaw's weight, then the root's
 * turn about its own joint: the weights of a vertex sum to 1. Constants from `flameConstants`.
 */
export function flameForward(c: Readonly<Record<string, tf.Tensor>>, { shape, exp, pose }: FlameCodes) {
  const batch = pose.shape[0]!;
  const beta = tf.concat([shape, exp], 1) as tf.Tensor2D;
  const root = rodrigues(pose.slice([0, 0], [batch, 3]));
  const jaw = rodrigues(pose.slice([0, 3], [batch, 3]));
  const joints = tf
    .matMul(beta, c.jointDirs as tf.Tensor2D, false, true)
    .add(c.joints!)
    .reshape([batch, 5, 3]);
  const joint = (index: number) => joints.slice([0, index, 0], [batch, 1, 3]);

  const shaped = tf.matMul(beta, c.shapeDirs as tf.Tensor2D, false, true).add(c.template!);
  const feature = jaw.sub(tf.eye(3).expandDims(0)).reshape([batch, 9]) as tf.Tensor2D;
  const posed = shaped.add(tf.matMul(feature, c.jawDirs as tf.Tensor2D)).reshape([batch, -1, 3]);

  const fromJaw = posed.sub(joint(2));
  const opened = posed.add(tf.matMul(fromJaw, jaw, false, true).sub(fromJaw).mul(c.jawWeights!));
  const turned = tf.matMul(opened.sub(joint(0)) as tf.Tensor3D, root, false, true);
  return { vertices: turned.add(joint(0)) as tf.Tensor3D };
}
