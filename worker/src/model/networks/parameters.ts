import type { NetworkName } from '../../assets/types.js';
import type { Parameter } from '../parameter.js';
import { normParameters, type ResNetPlan, resNetParameters, resNetPlan } from './resnet-plan.js';
import { featureWidth, type ResNetShape } from './resnet-shape.js';

/** The backbone of a network under its state-dict names. */
export function backbonePlan(network: NetworkName, shape: ResNetShape): ResNetPlan {
  switch (network) {
    case 'e_flame':
      return resNetPlan(shape, 'encoder.');
    case 'au_net':
    case 'emotion_net':
      return resNetPlan(shape, 'backbone.');
    case 'identity_net':
      return resNetPlan(shape, '', 'caffe');
  }
}

/** State-dict names of the 27 linear blocks of AFG (model-facts §4.2). */
export function auHeadName(au: number): string {
  return `head.main_class_linears.${au}`;
}

/** Names and shapes of a frozen network's state dict, running statistics included, integer counters left out. */
export function networkParameters(network: NetworkName, shape: ResNetShape): Parameter[] {
  const backbone = resNetParameters(backbonePlan(network, shape));
  const feature = featureWidth(shape);
  if (network === 'e_flame') {
    return [
      ...backbone,
      ...linear('layers.0', feature, shape.hidden),
      ...linear('layers.2', shape.hidden, shape.codes),
    ];
  }
  if (network !== 'au_net') return backbone;
  const block = (name: string, into: number): Parameter[] => [
    ...linear(`${name}.fc`, into, shape.auWidth),
    ...normParameters(`${name}.bn`, shape.auWidth),
  ];
  const heads = Array.from({ length: shape.aus }, (_, au) => block(auHeadName(au), shape.auWidth));
  return [...backbone, ...block('global_linear', feature), ...heads.flat()];
}

/** E_flame: `encoder.*`, `layers.0`, `layers.2`; 25,848,108 weights in the legacy shape (model-facts §2.1). */
export const eFlameParameters = (shape: ResNetShape): Parameter[] => networkParameters('e_flame', shape);

/** MEFARG's feature generator without the graph (model-facts §4); about 31.7 M weights. */
export const auNetParameters = (shape: ResNetShape): Parameter[] => networkParameters('au_net', shape);

/** EMOCA's emotion ResNet-50, `backbone.*` (model-facts §11). */
export const emotionNetParameters = (shape: ResNetShape): Parameter[] => networkParameters('emotion_net', shape);

/** The VGGFace2 ResNet-50 without its classifier (model-facts §5). */
export const identityNetParameters = (shape: ResNetShape): Parameter[] => networkParameters('identity_net', shape);

/** Whether a name is a batch-norm statistic, not a weight. */
export function isStatistic(name: string): boolean {
  return name.endsWith('.running_mean') || name.endsWith('.running_var');
}

function linear(name: string, into: number, out: number): Parameter[] {
  return [
    { name: `${name}.weight`, shape: [out, into] },
    { name: `${name}.bias`, shape: [out] },
  ];
}
