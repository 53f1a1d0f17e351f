import { type CodeName, headHas } from '@auseq/configs/heads';
import type { RunConfig } from '@auseq/configs/schema';
import { auDistanceLoss } from '../../loss/au-distance.js';
import { auFeatureLoss } from '../../loss/au-feature.js';
import { auLandmarkLoss } from '../../loss/au-landmark.js';
import { auScoreLoss } from '../../loss/au-score.js';
import { composeLosses, needsAuScores } from '../../loss/compose.js';
import { expressionFeatureLoss } from '../../loss/expression-feature.js';
import { eyeDistanceLoss } from '../../loss/eye-distance.js';
import { identityLoss } from '../../loss/identity.js';
import { contourWeights, landmarkLoss } from '../../loss/landmark.js';
import { landmarkDecaLoss } from '../../loss/landmark-deca.js';
import { denseWeights, landmarkDenseLoss } from '../../loss/landmark-dense.js';
import { lipDistanceLoss } from '../../loss/lip-distance.js';
import { photometricLoss } from '../../loss/photometric.js';
import {
  regExpLoss,
  regJawLoss,
  regLightLoss,
  regShapeLoss,
  regTexLoss,
  summedRegularisers,
} from '../../loss/regularisers.js';
import { relativeLandmarkLoss } from '../../loss/relative-landmark.js';
import { compoundTarget } from '../../loss/weighted-l1.js';
import { flameTexture } from '../../model/flame/flame-tex.js';
import type { FaceCodes } from '../../model/head.js';
import { auNetForward } from '../../model/networks/au-net.js';
import { auScores } from '../../model/networks/au-scores.js';
import { emotionForward } from '../../model/networks/emotion-net.js';
import { identityForward } from '../../model/networks/identity-net.js';
import { renderFaces } from '../../render/srender.js';
import type { tf } from '../../tensor/tf.js';
import { constantsOf } from '../run-constants.js';
import type { Sizes } from '../sizes.js';
import { decodeFace } from './face.js';
import { toChannelsLast } from './layout.js';

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Every loss of the OnlyE2 list and DECA's own, unweighted, and their weighted sum (model-facts §0.3, §2.5, §11). */
export function lossTerms(codes: FaceCodes, inputs: Tensors, constants: Tensors, sizes: Sizes, config: RunConfig) {
  const flame = constantsOf(constants, 'flame');
  const face = decodeFace(flame, inputs, codes);
  const rendered = renderFaces(flame, {
    vertices: face.vertices,
    projected: face.projected,
    pixelFaces: inputs.pixelFaces!,
    albedo: flameTexture(flame, codes.tex),
    light: codes.light,
    shBasis: codes.shBasis,
    imageSize: sizes.image,
  });
  const { legacy } = config;
  const has = (code: CodeName) => headHas(config.model.head, code);
  const image = toChannelsLast(inputs.image!);
  // Without stored masks DECA's: where the rendered face is (model-facts §2.5). Neither factor has a gradient.
  const mask = config.dataset.use_mask ? toChannelsLast(inputs.mask!) : rendered.faceEyeMask.mul(rendered.alpha);
  const predicted = rendered.image.mul(rendered.faceEyeMask).mul(rendered.alpha);
  const auNet = constantsOf(constants, 'au_net');
  const auVectors = auNetForward(auNet, rendered.image, sizes.resnet, legacy.au_net_raw_input);
  // The second loss of a step to read a target finds the first one's weights in it (slip 2).
  const left = (target: tf.Tensor, weights: readonly number[]) =>
    legacy.landmark_weights_compound ? compoundTarget(target, weights) : target;
  const terms: Record<string, tf.Tensor> = {
    AUFLoss: auFeatureLoss(auVectors, inputs.auTarget!),
    expression: expressionFeatureLoss(
      emotionForward(constantsOf(constants, 'emotion_net'), rendered.image, sizes.resnet),
      inputs.emotionTarget!,
    ),
    landmark: landmarkLoss(face.landmarks68, inputs.landmark!),
    landmark_static: landmarkDecaLoss(face.landmarks68, left(inputs.landmark!, contourWeights)),
    landmark_dense: landmarkDenseLoss(face.landmarks105, inputs.landmarkDense!),
    eye_distance: eyeDistanceLoss(face.landmarks105, inputs.landmarkDense!),
    lip_distance: lipDistanceLoss(face.landmarks105, inputs.landmarkDense!, legacy.lip_pair_61),
    relative_landmark: relativeLandmarkLoss(face.landmarks68, inputs.landmark!),
    photometric: photometricLoss(predicted, image, mask),
    expression_reg: regExpLoss(codes.exp),
    ...(has('tex') ? { tex_reg: regTexLoss(codes.tex) } : {}),
    ...(has('light') ? { light_reg: regLightLoss(codes.light) } : {}),
    jaw_reg: regJawLoss(codes.pose),
    shape_reg: regShapeLoss(inputs.shape!),
  };
  // The identity network is only carried where its weight is set: a third ResNet-50 would double the cost of a step for nothing.
  if (config.loss.id > 0) {
    const identity = constantsOf(constants, 'identity_net');
    const overlay = rendered.image.mul(mask.minimum(1)).add(image.mul(mask.minimum(1).neg().add(1)));
    terms.identity = identityLoss(
      identityForward(identity, overlay, sizes.resnet),
      identityForward(identity, image, sizes.resnet),
    );
  }
  if (needsAuScores(config.loss)) {
    const real = auScores(auNet, inputs.auTarget!);
    terms.au_score = auScoreLoss(auScores(auNet, auVectors), real);
    terms.au_landmark = auLandmarkLoss(face.landmarks105, left(inputs.landmarkDense!, denseWeights), real);
    terms.au_distance = auDistanceLoss(face.landmarks105, inputs.landmarkDense!, real);
  }
  // Leaves are averaged: a leaf's sum times all sequences of the step is the sum over the whole batch (slip 11).
  const sequences = sizes.leaves * sizes.leafBatch;
  if (legacy.summed_regularisers)
    for (const name of summedRegularisers) if (terms[name]) terms[name] = terms[name].mul(sequences);
  const { total } = composeLosses(terms as Record<string, tf.Scalar>, config.loss, legacy);
  return { terms, total };
}
