import { AuseqError } from '@auseq/proto/errors';
import type { AssetBundle, HostArray } from '../../assets/types.js';
import { tf } from '../../tensor/tf.js';
import type { Parameter } from '../parameter.js';
import type { ResNetShape } from './resnet-shape.js';
import { seededWeights } from './seeded-weights.js';
import { takeWeight } from './take-weight.js';

/** The AUs that also have a score for the left and for the right half of the face (model-facts §4.1 step 7). */
const halved = [0, 1, 2, 4, 7, 8, 11];

/** Score vectors of MEFARG's heads (model-facts §4.1, §4.2): 27 AUs, then 14 halves. */
export function auScoreParameters({ aus, auWidth }: ResNetShape): Parameter[] {
  return [
    { name: 'head.main_sc', shape: [aus, auWidth] },
    { name: 'head.sub_sc', shape: [2 * halved.length, auWidth] },
  ];
}

/** Any: a stand-in's vectors follow the picture, but nobody can tell it what an AU is. */
const standinSeed = 1;

/**
 * Both lists as one constant [41,A], rectified and of length 1. Stand-ins have none of their own: theirs are seeded, the
 * same for all, so that a score follows the picture without meaning its AU. Throws AU_ASSETS_INVALID where licensed assets lack them.
 */
export function auScoreConstants(
  assets: Pick<AssetBundle, 'kind' | 'network'>,
  shape: ResNetShape,
): Record<string, HostArray> {
  const parameters = auScoreParameters(shape);
  const stored = assets.network('au_net');
  const missing = parameters.find(({ name }) => !stored.has(name));
  if (missing && assets.kind === 'licensed') throw noScores(missing.name);
  const weights = missing ? seededWeights(parameters, standinSeed) : stored;
  const width = shape.auWidth;
  const rows = parameters.flatMap((one) => [...takeWeight(weights, one.name, one.shape)]);
  const data = Float32Array.from(rows, (value) => Math.max(0, value));
  for (let start = 0; start < data.length; start += width) {
    const row = data.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.set(row.map((value) => value / Math.max(length, 1e-12)));
  }
  return { 'score/vectors': { shape: [data.length / width, width], data } };
}

function noScores(name: string): AuseqError {
  return new AuseqError('AU_ASSETS_INVALID', {
    what: `the AU network of these assets has no ${name}`,
    why: 'the AU losses need its score vectors',
    try: 'use a whole MEFARG checkpoint, or set loss.au, loss.au_lmk and loss.au_dist to 0',
  });
}

/**
 * Scores [B,41] in 0..1 of AU vectors [B,27,A], L2-normalised and not negative: the cosine with each score vector; a half
 * reads the vector of its AU (model-facts §4.1 steps 5 and 7). The graph between vectors and scores is left out, as the
 * legacy loop leaves it out for the vectors.
 */
export function auScores(c: Readonly<Record<string, tf.Tensor>>, vectors: tf.Tensor): tf.Tensor2D {
  const aus = vectors.shape[1]!;
  const own = [...Array(aus).keys(), ...halved.flatMap((au) => [au, au])];
  const read = tf.gather(vectors, tf.tensor1d(own, 'int32'), 1);
  return read.mul(c['score/vectors']!).sum(2) as tf.Tensor2D;
}
