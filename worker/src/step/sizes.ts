import type { RunConfig } from '@auseq/configs/schema';
import { type BivitShape, bivitShapes } from '../model/bivit/shape.js';
import { type ResNetShape, resNetShapes } from '../model/networks/resnet-shape.js';

/** The sizes every program of a run is compiled for: static, so that one leaf has the same bits wherever it is computed. */
export interface Sizes {
  readonly bivit: BivitShape;
  readonly resnet: ResNetShape;
  /** Sequences in a leaf. */
  readonly leafBatch: number;
  readonly leaves: number;
  /** Side of the square picture in pixels. */
  readonly image: number;
}

export function sizesOf(config: RunConfig): Sizes {
  return {
    bivit: bivitShapes[config.model.preset],
    resnet: resNetShapes[config.model.preset],
    leafBatch: config.dataset.batch_size,
    leaves: config.batch.leaves,
    image: config.dataset.image_size,
  };
}
