import { AuseqError } from '@auseq/proto/errors';
import type { HostArray, NetworkName, WeightMap } from '../../assets/types.js';
import { tf } from '../../tensor/tf.js';
import { imageNetNormalise } from './au-net.js';
import { identityInput } from './identity-net.js';
import type { LabelShares } from './label-directions.js';
import { labelShares } from './label-shares.js';
import { createNormCalibrator, type NormCalibrator } from './norm-calibrator.js';
import { auHeadName, backbonePlan } from './parameters.js';
import { readoutWeights } from './readout-weights.js';
import { type Convolve, paddedConv, resNetMap } from './resnet.js';
import type { BlockPlan, ResNetPlan } from './resnet-plan.js';
import type { ResNetShape } from './resnet-shape.js';

/** Gain of the norms that feed the last block's identity path, so that its branch alone makes the feature. */
const quietGain = 0.03;

/** The readout is cut this many deviations above its mean: rarer activity differs more from frame to frame. */
const readoutShift = 0.5;

/** Heads that read labels keep most of what they are given: cut, what all pictures share would outweigh the rest. */
const toldShift = -1;

/**
 * Fits a seeded stand-in network to pictures [n,S,S,3] in 0..1 (n >= 2), within its exact architecture, so that its
 * features follow what moves between them. Running statistics of all layers but the last only set the scale: centring
 * each channel too makes a random network chaotic in its input. A late layer reads directions that mean something, mixed
 * at random, and is centred, because after pooling the part all pictures share is about 100 times the rest. With label maps
 * [n,S,S] these directions tell where brows, eyes, nose and lips are, much as trained networks do; without, they are the
 * discriminants of the pictures.
 */
export function calibrateBatchNorm(
  network: NetworkName,
  weights: WeightMap,
  images: HostArray,
  shape: ResNetShape,
  labels: Uint8Array | null = null,
): Map<string, HostArray> {
  checkImages(images, shape.image);
  const calibrator = createNormCalibrator(weights);
  tf.tidy(() => {
    const pictures = tf.tensor(images.data, [...images.shape], 'float32');
    const plan = backbonePlan(network, shape);
    const sharesOf: SharesOf = (height, width) => labels && labelShares(labels, shape.image, height, width);
    if (network === 'au_net') calibrateAuNet(calibrator, plan, pictures, shape, sharesOf);
    else calibrateBackbone(calibrator, plan, network === 'identity_net' ? identityInput(pictures) : pictures, sharesOf);
  });
  return calibrator.weights;
}

/** The labels on a grid; null where none are known. */
type SharesOf = (height: number, width: number) => LabelShares | null;

function calibrateBackbone(calibrator: NormCalibrator, plan: ResNetPlan, input: tf.Tensor, sharesOf: SharesOf): void {
  const quiet = quietNorms(plan);
  const readout = plan.blocks.at(-1)!.convs[2];
  resNetMap(plan, input, convolver(calibrator, quiet, readout.conv, sharesOf), tf.tidy);
}

function calibrateAuNet(
  calibrator: NormCalibrator,
  plan: ResNetPlan,
  pictures: tf.Tensor,
  shape: ResNetShape,
  sharesOf: SharesOf,
): void {
  const map = resNetMap(plan, imageNetNormalise(pictures), convolver(calibrator, new Set(), null, sharesOf), tf.tidy);
  const [frames, height, width, feature] = map.shape;
  const flat = map.reshape([frames * height * width, feature]) as tf.Tensor2D;
  const shares = sharesOf(height, width);
  const samples = (x: tf.Tensor, channels: number) => {
    const data = x.dataSync() as Float32Array;
    return { data, frames, positions: height * width, channels };
  };
  const global = 'global_linear.fc.weight';
  const told = shares && readoutWeights(samples(flat, feature), [global], shape.auWidth, shares).get(global);
  if (told) calibrator.replace(global, told);
  const product = tf.matMul(flat, calibrator.tensor(global) as tf.Tensor2D, false, true);
  const tokens = tf.relu(
    told
      ? calibrator.centre('global_linear.bn', product, readoutShift)
      : calibrator.scale('global_linear.bn', product, 1),
  );
  const names = Array.from({ length: shape.aus }, (_, au) => auHeadName(au));
  const weightNames = names.map((name) => `${name}.fc.weight`);
  // What the labels tell is in the tokens already: the heads mix it as they were seeded.
  const readouts = told
    ? new Map<string, Float32Array>()
    : readoutWeights(samples(tokens, shape.auWidth), weightNames, shape.auWidth);
  for (const name of names) {
    const found = readouts.get(`${name}.fc.weight`);
    if (found) calibrator.replace(`${name}.fc.weight`, found);
    tf.tidy(() => {
      const weight = calibrator.tensor(`${name}.fc.weight`) as tf.Tensor2D;
      calibrator.centre(
        `${name}.bn`,
        tf.matMul(tokens as tf.Tensor2D, weight, false, true),
        told ? toldShift : readoutShift,
      );
    });
  }
}

function convolver(
  calibrator: NormCalibrator,
  quiet: ReadonlySet<string>,
  readout: string | null,
  sharesOf: SharesOf,
): Convolve {
  return (x, { conv, bn, out, kernel, stride }) =>
    tf.tidy(() => {
      const name = `${conv}.weight`;
      if (conv === readout) {
        const [frames, height, width, channels] = x.shape;
        const samples = { data: x.dataSync() as Float32Array, frames, positions: height * width, channels };
        const found = readoutWeights(samples, [name], out, sharesOf(height!, width!)).get(name);
        if (found) calibrator.replace(name, found);
      }
      const filter = calibrator.tensor(name).transpose([2, 3, 1, 0]) as tf.Tensor4D;
      const y = paddedConv(x, filter, kernel, stride);
      const normed =
        conv === readout
          ? calibrator.centre(bn, y, readoutShift)
          : calibrator.scale(bn, y, quiet.has(bn) ? quietGain : 1);
      return normed as tf.Tensor4D;
    });
}

/** Norms whose outputs reach the last sum without passing its branch: those of the last stage's earlier sums. */
function quietNorms(plan: ResNetPlan): Set<string> {
  const last = plan.blocks.at(-1)!;
  const start = plan.blocks.findLastIndex((block) => block.downsample !== null);
  const outer = (block: BlockPlan) => [block.downsample?.bn, block === last ? undefined : block.convs[2].bn];
  return new Set(
    plan.blocks
      .slice(start)
      .flatMap(outer)
      .filter((name) => name !== undefined),
  );
}

function checkImages({ shape }: HostArray, size: number): void {
  const [count, height, width, channels] = shape;
  if (shape.length === 4 && count! >= 2 && height === size && width === size && channels === 3) return;
  throw new AuseqError('AU_ASSETS_INVALID', {
    what: `calibration pictures have the shape [${shape.join(', ')}]`,
    why: `two or more RGB pictures of ${size} x ${size} are needed`,
    try: 'calibrate on a data set prepared at this image size: auseq assets synth --dataset ROOT',
  });
}
