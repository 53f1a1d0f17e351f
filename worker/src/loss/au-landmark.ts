import { tf } from '../tensor/tf.js';
import { auRegions, firedRegions, outerLip } from './au-regions.js';
import { weightedL1 } from './weighted-l1.js';

/** Weights of the points [regions,105]: a region spreads 5 over its points, those of the outer lip get a fifth (model-facts §0.3). */
const weights = auRegions.map(({ points }) =>
  Array.from({ length: 105 }, (_, point) => {
    if (!points.includes(point)) return 0;
    return 5 / points.length / (outerLip.includes(point) ? 5 : 1);
  }),
);

/**
 * Weighted L1 on the dense points of the regions whose AUs the real picture shows (model-facts §0.3); a point of two
 * regions has both weights. predicted [B,105,>=2], target [B,105,3], scores [B,41] of the real picture; 0 where no AU is seen.
 */
export function auLandmarkLoss(predicted: tf.Tensor, target: tf.Tensor, scores: tf.Tensor): tf.Scalar {
  return weightedL1(predicted, target, tf.matMul(firedRegions(scores, auRegions), tf.tensor2d(weights)));
}
