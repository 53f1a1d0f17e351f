import type { RunConfig } from '@auseq/configs/schema';
import type { HostArray } from '../assets/types.js';
import { type BivitInputs, bivitForward } from '../model/bivit/forward.js';
import { initBivit } from '../model/bivit/init.js';
import type { Masks, Params } from '../model/bivit/layers.js';
import { type BivitShape, bivitParameters } from '../model/bivit/shape.js';
import { bivit2Forward } from '../model/bivit2/forward.js';
import { initBivit2 } from '../model/bivit2/init.js';
import { bivit2Parameters } from '../model/bivit2/parameters.js';
import type { Parameter } from '../model/parameter.js';
import type { tf } from '../tensor/tf.js';
import { bivit2Sites, type DropoutSite, dropoutSites } from './dropout-sites.js';

export type TrainedNetworkName = RunConfig['model']['network'];

/** What a run must know of the network it trains; all of them take AU vectors and global features and give codes. */
export interface TrainedNetwork {
  /** Names and shapes in state-dict order. */
  parameters(shape: BivitShape): Parameter[];
  init(shape: BivitShape, seed: number): Map<string, HostArray>;
  forward(params: Params, inputs: BivitInputs, shape: BivitShape, masks: Masks): tf.Tensor2D;
  /** Dropout places in the order of their masks' bits. */
  sites(shape: BivitShape): DropoutSite[];
}

const networks: Record<TrainedNetworkName, TrainedNetwork> = {
  bivit: { parameters: bivitParameters, init: initBivit, forward: bivitForward, sites: dropoutSites },
  bivit2: { parameters: bivit2Parameters, init: initBivit2, forward: bivit2Forward, sites: bivit2Sites },
};

/** The network of a run. */
export function trainedNetwork({ network }: { readonly network: TrainedNetworkName }): TrainedNetwork {
  return networks[network];
}
