import type { RunConfig } from '@auseq/configs/schema';
import { type BivitShape, bivitShapes } from '../model/bivit/shape.js';
import { codeSize, headLayout } from '../model/codes.js';
import type { HeadPlan } from '../model/head.js';
import { type ResNetShape, resNetShapes } from '../model/networks/resnet-shape.js';
import type { TrainedNetworkName } from './trained-network.js';

/** The sizes every program of a run is compiled for: static, so that one leaf has the same bits wherever it is computed. */
export interface Sizes {
  readonly network: TrainedNetworkName;
  readonly bivit: BivitShape;
  readonly head: HeadPlan;
  readonly resnet: ResNetShape;
  /** AUNet gets pictures without ImageNet's normalisation (legacy slip 5). */
  readonly rawAuInput: boolean;
  /** Sequences in a leaf. */
  readonly leafBatch: number;
  readonly leaves: number;
  /** Side of the square picture in pixels. */
  readonly image: number;
}

export function sizesOf(config: RunConfig): Sizes {
  const { model, legacy } = config;
  const layout = headLayout(model.head);
  return {
    network: model.network,
    bivit: {
      ...bivitShapes[model.preset],
      frames: config.dataset.windowsize,
      outputs: codeSize(layout),
      keyPerFrame: !legacy.single_key_attention,
    },
    head: { layout, residual: model.residual, jaw: model.jaw, lightBasis: legacy.sh_basis },
    resnet: resNetShapes[model.preset],
    rawAuInput: legacy.au_net_raw_input,
    leafBatch: config.dataset.batch_size,
    leaves: config.batch.leaves,
    image: config.dataset.image_size,
  };
}
