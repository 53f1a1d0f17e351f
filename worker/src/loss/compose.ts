import type { LegacySlips } from '@auseq/configs/legacy-slips';
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
  au_score: 'au',
  au_landmark: 'au_lmk',
  au_distance: 'au_dist',
  expression_reg: 'reg_exp',
  tex_reg: 'reg_tex',
  light_reg: 'reg_light',
  jaw_reg: 'reg_jaw_pose',
  shape_reg: 'reg_shape',
} as const satisfies Record<string, keyof LossWeights>;

export type LossName = keyof typeof weightKeys;
export type LossTerms = Partial<Record<LossName, tf.Scalar>>;

/** Keys that weigh a loss once more (model-facts §0.3). */
const scaleKeys: Partial<Record<LossName, keyof LossWeights>> = { au_landmark: 'mainAU', au_distance: 'subAU' };

/** The switches that change how losses are weighed. */
type WeightSlips = Pick<LegacySlips, 'au_feature_weight'>;

/** What a loss is multiplied by in the sum; slip 1 gives AUFLoss the weight of expression (model-facts §0.7). */
export function weightOf(name: LossName, weights: LossWeights, slips?: WeightSlips): number {
  if (name === 'AUFLoss' && slips?.au_feature_weight && weights.AUFLoss > 0) return weights.expression;
  const scale = scaleKeys[name];
  const own = Number(weights[weightKeys[name]]);
  return scale ? own * Number(weights[scale]) : own;
}

/** True where a loss needs the AU scores of a picture. */
export function needsAuScores(weights: LossWeights): boolean {
  return (['au_score', 'au_landmark', 'au_distance'] as const).some((name) => weightOf(name, weights) > 0);
}

/** The weighted sum of the losses that are there; each keeps its own unweighted value. */
export function composeLosses(terms: LossTerms, weights: LossWeights, slips?: WeightSlips): { total: tf.Scalar } {
  const weighted = (Object.entries(terms) as [LossName, tf.Scalar][])
    .map(([name, term]) => ({ term, weight: weightOf(name, weights, slips) }))
    .filter(({ weight }) => weight > 0)
    .map(({ term, weight }) => term.mul(weight));
  return { total: (weighted.length > 0 ? tf.addN(weighted) : tf.scalar(0)) as tf.Scalar };
}
