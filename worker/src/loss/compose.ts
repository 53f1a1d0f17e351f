import type { LossWeights } from '@auseq/configs/schema';
import { tf } from '../tensor/tf.js';

/** Which key of the config weighs which loss: losses under the legacy log names, weights under the yml's (model-facts §0.3, §13). */
export const weightKeys = {
  AUFLoss: 'AUFLoss',
  expression: 'expression',
  landmark: 'lmk',
  landmark_static: 'lmk_static',
  landmark_dense: 'lmk_mp',
  eye_distance: 'eyed',
  lip_distance: 'lipd',
  relative_landmark: 'relaL',
  photometric: 'photo',
  identity: 'id',
  expression_reg: 'reg_exp',
  tex_reg: 'reg_tex',
  light_reg: 'reg_light',
  jaw_reg: 'reg_jaw_pose',
  shape_reg: 'reg_shape',
} as const satisfies Record<string, keyof LossWeights>;

export type LossName = keyof typeof weightKeys;
export type LossTerms = Partial<Record<LossName, tf.Scalar>>;

/** The weighted sum of the losses that are there; each keeps its own unweighted value. */
export function composeLosses(terms: LossTerms, weights: LossWeights): { total: tf.Scalar } {
  const weighted = (Object.entries(terms) as [LossName, tf.Scalar][])
    .filter(([name]) => Number(weights[weightKeys[name]]) > 0)
    .map(([name, term]) => term.mul(Number(weights[weightKeys[name]])));
  return { total: (weighted.length > 0 ? tf.addN(weighted) : tf.scalar(0)) as tf.Scalar };
}
