import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostArray, NetworkName, WeightMap } from '../../assets/types.js';
import { tf } from '../../tensor/tf.js';
import { normalArray } from '../random-arrays.js';
import { auNetForward } from './au-net.js';
import { calibrateBatchNorm } from './calibrate-batch-norm.js';
import { eFlameForward } from './e-flame.js';
import { foldNetwork } from './fold-network.js';
import { networkParameters } from './parameters.js';
import { resNetShapes } from './resnet-shape.js';
import { seededWeights } from './seeded-weights.js';

const shape = resNetShapes.tiny;
const size = shape.image;
const [frames, seen] = [72, 48];

/** A bright oval with a dark mouth before a gradient; it moves sideways and opens its mouth, with a little noise. */
function picture(shift: number, opening: number, noise: Float32Array): Float32Array {
  const data = new Float32Array(size * size * 3);
  for (let i = 0; i < data.length; i++) {
    const [row, column, channel] = [Math.floor(i / (3 * size)), Math.floor(i / 3) % size, i % 3];
    const [x, y] = [column - size / 2 - shift, row - size / 2];
    const face = (x / 18) ** 2 + (y / 24) ** 2 < 1;
    const mouth = (x / 8) ** 2 + ((y - 11) / opening) ** 2 < 1;
    const skin = 0.8 - 0.15 * channel;
    const ground = 0.3 + (0.2 * row) / size + 0.1 * channel;
    data[i] = (mouth ? 0.15 : face ? skin : ground) + 0.01 * noise[i % noise.length]!;
  }
  return data;
}

const motion = Array.from(
  { length: frames },
  (_, t) => [4 * Math.sin(0.9 * t), 4 + 3 * Math.sin(0.37 * t + 1)] as const,
);
const pictures = motion.map(([shift, opening], t) => picture(shift, opening, normalArray({ a: t, b: 5 }, 997)));
const stack = (rows: readonly Float32Array[]): HostArray => {
  const data = new Float32Array(rows.length * size * size * 3);
  for (const [i, row] of rows.entries()) data.set(row, i * row.length);
  return { shape: [rows.length, size, size, 3], data };
};

function featuresOf(network: NetworkName, weights: WeightMap): number[][] {
  return tf.tidy(() => {
    const constants = Object.fromEntries(
      Object.entries(foldNetwork(network, weights, shape)).map(([name, { shape, data }]) => [
        name,
        tf.tensor(data, [...shape]),
      ]),
    );
    const x = tf.tensor(stack(pictures).data, [frames, size, size, 3]);
    const y = network === 'au_net' ? auNetForward(constants, x, shape) : eFlameForward(constants, x, shape).feature;
    return y.reshape([frames, -1]).arraySync() as number[][];
  });
}

/** Mean deviation over the frames by mean magnitude. */
function variation(rows: readonly number[][]): number {
  const columns = rows[0]!.map((_, c) => rows.map((row) => row[c]!));
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const deviations = columns.map((column, c) =>
    Math.sqrt(column.reduce((sum, value) => sum + (value - means[c]!) ** 2, 0) / column.length),
  );
  return deviations.reduce((sum, value) => sum + value, 0) / means.reduce((sum, value) => sum + Math.abs(value), 0);
}

/** Share of the motion's variance on unseen frames that ridge regression from the features explains. */
function explained(rows: readonly number[][], target: readonly number[]): number {
  return tf.tidy(() => {
    const x = tf.tensor2d(rows as number[][]);
    const centre = x.slice([0, 0], [seen, -1]).mean(0);
    const known = x.slice([0, 0], [seen, -1]).sub(centre) as tf.Tensor2D;
    const gram = tf.matMul(known, known, false, true);
    const ridge = gram.mul(tf.eye(seen)).sum().dataSync()[0]! * (0.1 / seen);
    const mean = target.slice(0, seen).reduce((sum, value) => sum + value, 0) / seen;
    // Conjugate gradients are exact after `seen` steps and need no solver of their own.
    const solve = conjugate(
      gram.add(tf.eye(seen).mul(ridge)).arraySync() as number[][],
      target.slice(0, seen).map((value) => value - mean),
    );
    const weights = tf.matMul(known, tf.tensor2d(solve, [seen, 1]), true, false);
    const guess = tf.matMul(x.slice([seen, 0]).sub(centre) as tf.Tensor2D, weights as tf.Tensor2D).dataSync();
    const unseen = target.slice(seen).map((value) => value - mean);
    const error = unseen.reduce((sum, value, i) => sum + (value - guess[i]!) ** 2, 0);
    return 1 - error / unseen.reduce((sum, value) => sum + value * value, 0);
  }) as unknown as number;
}

function conjugate(a: readonly number[][], b: readonly number[]): number[] {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  let x = b.map(() => 0);
  let residual = [...b];
  let direction = [...b];
  for (let step = 0; step < 4 * b.length && dot(residual, residual) > 1e-18; step++) {
    const image = a.map((row) => dot(row, direction));
    const length = dot(residual, residual) / dot(direction, image);
    x = x.map((value, i) => value + length * direction[i]!);
    const next = residual.map((value, i) => value - length * image[i]!);
    const turn = dot(next, next) / dot(residual, residual);
    direction = next.map((value, i) => value + turn * direction[i]!);
    residual = next;
  }
  return x;
}

for (const network of ['e_flame', 'au_net'] as const) {
  test(`${network}: calibration makes the features follow the motion`, () => {
    const seeded = seededWeights(networkParameters(network, shape), 1);
    const chosen = stack(pictures.slice(0, seen).filter((_, t) => t % 2 === 0));
    const calibrated = calibrateBatchNorm(network, seeded, chosen, shape);
    assert.deepEqual([...calibrated.keys()], [...seeded.keys()]);
    const [before, after] = [featuresOf(network, seeded), featuresOf(network, calibrated)];
    assert.ok(variation(after) > 0.25, `variation ${variation(after)}`);
    assert.ok(variation(after) > 2 * variation(before), `${variation(before)} -> ${variation(after)}`);
    for (const which of [0, 1]) {
      const share = explained(
        after,
        motion.map((pair) => pair[which]!),
      );
      assert.ok(share > 0.5, `${which === 0 ? 'shift' : 'mouth'}: ${share}`);
    }
  });
}

test('the same pictures give the same bits, and the given weights stay as they were', () => {
  const seeded = seededWeights(networkParameters('emotion_net', shape), 2);
  const images = stack(pictures.slice(0, 6));
  const [first, second] = [
    calibrateBatchNorm('emotion_net', seeded, images, shape),
    calibrateBatchNorm('emotion_net', seeded, images, shape),
  ];
  assert.deepEqual(first, second);
  assert.deepEqual(seeded, seededWeights(networkParameters('emotion_net', shape), 2));
  const folded = Object.values(
    foldNetwork(
      'identity_net',
      calibrateBatchNorm('identity_net', seededWeights(networkParameters('identity_net', shape), 2), images, shape),
      shape,
    ),
  );
  assert.ok(folded.every(({ data }) => data.every(Number.isFinite)));
});

test('pictures of another size, or a single one, are refused', () => {
  const seeded = seededWeights(networkParameters('emotion_net', shape), 2);
  const one = stack(pictures.slice(0, 1));
  assert.throws(() => calibrateBatchNorm('emotion_net', seeded, one, shape), { code: 'AU_ASSETS_INVALID' });
  assert.throws(() => calibrateBatchNorm('emotion_net', seeded, one, resNetShapes.legacy), {
    code: 'AU_ASSETS_INVALID',
  });
});
