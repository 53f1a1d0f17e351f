import { flameForward } from '../../model/flame/flame-forward.js';
import { selectLandmarks } from '../../model/flame/landmarks.js';
import { coarseName, coarseNeeds, type FaceCodes, type HeadPlan } from '../../model/head.js';
import { projectPoints } from '../../render/camera.js';
import type { TensorSpec } from '../../tensor/session.js';
import { tf } from '../../tensor/tf.js';

/** What the frozen side gives for the middle frame of each sequence: shape, pose, camera, the contour of the pose's yaw, and the codes that the head leaves to it. */
export function coarseInputs(batch: number, head: HeadPlan): Record<string, TensorSpec> {
  return {
    shape: { shape: [batch, 100], dtype: 'float32' },
    pose: { shape: [batch, 6], dtype: 'float32' },
    cam: { shape: [batch, 3], dtype: 'float32' },
    contourFaces: { shape: [batch, 17], dtype: 'int32' },
    contourBary: { shape: [batch, 17, 3], dtype: 'float32' },
    ...Object.fromEntries(
      coarseNeeds(head).map(({ name, size }) => [
        coarseName(name),
        { shape: [batch, size], dtype: 'float32' as const },
      ]),
    ),
  };
}

export interface DecodedFace {
  readonly vertices: tf.Tensor; // [B,N,3] metres
  readonly projected: tf.Tensor; // [B,N,3] in [-1,1], y down, smaller z nearer
  readonly landmarks68: tf.Tensor; // [B,68,3] projected
  readonly landmarks105: tf.Tensor; // [B,105,3] projected
}

/** FLAME with the coarse shape and camera and a face's expression and pose, projected into the picture (model-facts §1.3, §1.4, §2.2). */
export function decodeFace(
  flame: Readonly<Record<string, tf.Tensor>>,
  inputs: Readonly<Record<string, tf.Tensor>>,
  { exp, pose }: Pick<FaceCodes, 'exp' | 'pose'>,
): DecodedFace {
  const { vertices } = flameForward(flame, { shape: inputs.shape!, exp, pose });
  const projected = projectPoints(vertices, inputs.cam!);
  const batch = exp.shape[0]!;
  const repeated = (name: string) => {
    const constant = flame[name]!;
    return tf.tile(constant.expandDims(0), [batch, ...constant.shape.map(() => 1)]);
  };
  const faces68 = tf.concat([inputs.contourFaces!, repeated('staticFaces')], 1);
  const bary68 = tf.concat([inputs.contourBary!, repeated('staticBary')], 1);
  return {
    vertices,
    projected,
    landmarks68: selectLandmarks(flame, projected, faces68, bary68),
    landmarks105: selectLandmarks(flame, projected, repeated('denseFaces'), repeated('denseBary')),
  };
}
