import { mix32, nameWord } from '../../model/counter-hash.js';
import { calibrateBatchNorm } from '../../model/networks/calibrate-batch-norm.js';
import { networkParameters } from '../../model/networks/parameters.js';
import { resNetShapes } from '../../model/networks/resnet-shape.js';
import { seededWeights } from '../../model/networks/seeded-weights.js';
import type { CalibrationImages } from '../calibration-images.js';
import type { NetworkName, WeightMap } from '../types.js';

/** Seeded weights of a frozen network whose batch-norm statistics fit the pictures, so that its features vary with them. */
export async function standinNetwork(
  name: NetworkName,
  preset: 'legacy' | 'tiny',
  seed: number,
  pictures: CalibrationImages,
): Promise<WeightMap> {
  const shape = resNetShapes[preset];
  // Two networks share the names of their backbones; the network's own name keeps their weights apart.
  const weights = seededWeights(networkParameters(name, shape), mix32(seed ^ nameWord(name)));
  const { data, count, size, labels } = pictures;
  return await calibrateBatchNorm(name, weights, { shape: [count, size, size, 3], data }, shape, labels);
}
