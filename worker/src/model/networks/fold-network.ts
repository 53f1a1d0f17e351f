import type { HostArray, NetworkName, WeightMap } from '../../assets/types.js';
import { type FoldedLayer, foldConv, foldLinear, joinLinears } from './fold-layer.js';
import { auHeadName, backbonePlan } from './parameters.js';
import { convsOf } from './resnet-plan.js';
import { featureWidth, type ResNetShape } from './resnet-shape.js';

/**
 * The constants a network's forward takes: every layer as `NAME/kernel` and `NAME/bias`, batch norms folded in, AFG's
 * linear blocks joined as `head`. Throws AU_ASSETS_INVALID for missing or misshapen weights.
 */
export function foldNetwork(network: NetworkName, weights: WeightMap, shape: ResNetShape): Record<string, HostArray> {
  const constants: Record<string, HostArray> = {};
  const add = (name: string, layer: FoldedLayer) => {
    constants[`${name}/kernel`] = layer.kernel;
    constants[`${name}/bias`] = layer.bias;
  };
  for (const conv of convsOf(backbonePlan(network, shape))) add(conv.conv, foldConv(weights, conv));
  const feature = featureWidth(shape);
  if (network === 'e_flame') {
    add('layers.0', foldLinear(weights, 'layers.0', feature, shape.hidden));
    add('layers.2', foldLinear(weights, 'layers.2', shape.hidden, shape.codes));
  }
  if (network === 'au_net') {
    const block = (name: string, into: number) => foldLinear(weights, `${name}.fc`, into, shape.auWidth, `${name}.bn`);
    add('global_linear', block('global_linear', feature));
    const heads = Array.from({ length: shape.aus }, (_, au) => block(auHeadName(au), shape.auWidth));
    add('head', joinLinears(heads));
  }
  return constants;
}
