import type { tf } from '../tensor/tf.js';

/** Half the sum of squares of each sequence's codes, averaged over sequences (model-facts §11). */
function halfSquares(codes: tf.Tensor): tf.Scalar {
  return codes
    .square()
    .sum()
    .div(2 * codes.shape[0]!) as tf.Scalar;
}

export const regExpLoss = (exp: tf.Tensor): tf.Scalar => halfSquares(exp);
export const regTexLoss = (tex: tf.Tensor): tf.Scalar => halfSquares(tex);
export const regShapeLoss = (shape: tf.Tensor): tf.Scalar => halfSquares(shape);

/** The regularisers that the legacy code sums over a batch instead of averaging (model-facts §0.7 slip 11). */
export const summedRegularisers = ['expression_reg', 'tex_reg', 'jaw_reg', 'shape_reg'] as const;

/** Of the jaw alone: pose [B,6] holds root, then jaw. */
export function regJawLoss(pose: tf.Tensor): tf.Scalar {
  return halfSquares(pose.slice([0, 3], [pose.shape[0]!, 3]));
}

/** How far the light [B,9,3] is from grey: mean square of (mean of R, G, B) - light. */
export function regLightLoss(light: tf.Tensor): tf.Scalar {
  return light.mean(2, true).sub(light).square().mean() as tf.Scalar;
}
