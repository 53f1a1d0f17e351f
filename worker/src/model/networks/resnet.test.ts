import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkName, WeightMap } from '../../assets/types.js';
import { tf } from '../../tensor/tf.js';
import { uniformArray } from '../random-arrays.js';
import { auNetForward } from './au-net.js';
import { eFlameForward } from './e-flame.js';
import { emotionForward } from './emotion-net.js';
import { foldNetwork } from './fold-network.js';
import { identityForward, identityInput } from './identity-net.js';
import { auHeadName, backbonePlan, networkParameters } from './parameters.js';
import type { ResNetShape } from './resnet-shape.js';
import { type Map64, norm64, pool64, resNet64 } from './resnet64.js';
import { seededWeights } from './seeded-weights.js';

/** Two stages and odd sizes (33 -> 17 -> 9 -> 5), so that both lineages' paddings matter. */
const shape: ResNetShape = {
  image: 33,
  stem: 3,
  widths: [2, 3],
  blocks: [1, 2],
  expansion: 2,
  hidden: 5,
  codes: 7,
  aus: 3,
  auWidth: 4,
};
const image = uniformArray({ a: 1, b: 2 }, 2 * 33 * 33 * 3, 0.5).map((value) => value + 0.5);
const pictures = () => tf.tensor4d(image, [2, 33, 33, 3]);

/** Seeded weights whose norms all do something. */
function weightsOf(network: NetworkName): WeightMap {
  const weights = seededWeights(networkParameters(network, shape), 3);
  for (const [name, { data }] of weights) {
    if (data instanceof Float32Array && weights.get(name)!.shape.length === 1) {
      for (let i = 0; i < data.length; i++) data[i] = data[i]! + 0.3 * Math.sin(i + name.length);
    }
  }
  return weights;
}

const constantsOf = (network: NetworkName, weights: WeightMap) =>
  Object.fromEntries(
    Object.entries(foldNetwork(network, weights, shape)).map(([name, { shape, data }]) => [
      name,
      tf.tensor(data, [...shape]),
    ]),
  );
const pictureOf = (row: number, data: ArrayLike<number> = image): Map64 => ({
  size: 33,
  channels: 3,
  data: Float64Array.from({ length: 33 * 33 * 3 }, (_, i) => data[row * 33 * 33 * 3 + i]!),
});
const apply = (weights: WeightMap, name: string, x: Float64Array) =>
  Float64Array.from(weights.get(`${name}.bias`)!.data, (bias, o) =>
    x.reduce((sum, value, i) => sum + value * weights.get(`${name}.weight`)!.data[o * x.length + i]!, bias),
  );
const rowsOf = (rows: readonly ArrayLike<number>[]) => rows.flatMap((row) => Array.from(row));

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  assert.ok(scale > 0);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= 1e-5 * scale, `${i}: ${actual[i]} against ${expected[i]}`);
  }
}

test('E_flame with folded norms equals the float64 network', () => {
  const weights = weightsOf('e_flame');
  const features = [0, 1].map((row) => pool64(resNet64(weights, backbonePlan('e_flame', shape), pictureOf(row))));
  tf.tidy(() => {
    const { feature, codes } = eFlameForward(constantsOf('e_flame', weights), pictures(), shape);
    assertClose(feature.dataSync(), rowsOf(features));
    const hidden = features.map((x) => apply(weights, 'layers.0', x).map((value) => Math.max(0, value)));
    assertClose(codes.dataSync(), rowsOf(hidden.map((x) => apply(weights, 'layers.2', x))));
  });
});

test('the emotion feature equals the float64 network', () => {
  const weights = weightsOf('emotion_net');
  const expected = [0, 1].map((row) => pool64(resNet64(weights, backbonePlan('emotion_net', shape), pictureOf(row))));
  const actual = tf.tidy(() => emotionForward(constantsOf('emotion_net', weights), pictures(), shape).dataSync());
  assertClose(actual, rowsOf(expected));
});

test("AFG's joined product equals its blocks one by one, L2-normalised", () => {
  const weights = weightsOf('au_net');
  const normed = image.map((value, i) => (value - [0.485, 0.456, 0.406][i % 3]!) / [0.229, 0.224, 0.225][i % 3]!);
  const block = (name: string, x: Float64Array) =>
    apply(weights, `${name}.fc`, x).map((value, o) => Math.max(0, norm64(weights, `${name}.bn`, value, o)));
  const expected = [0, 1].flatMap((row) => {
    const map = resNet64(weights, backbonePlan('au_net', shape), pictureOf(row, normed));
    const tokens = Array.from({ length: map.size ** 2 }, (_, p) =>
      block('global_linear', map.data.slice(p * map.channels, (p + 1) * map.channels)),
    );
    return Array.from({ length: shape.aus }, (_, au) => {
      const values = tokens.map((token) => block(auHeadName(au), token));
      const mean = values[0]!.map((_, c) => values.reduce((sum, value) => sum + value[c]!, 0) / values.length);
      return mean.map((value) => value / Math.max(Math.hypot(...mean), 1e-12));
    });
  });
  const actual = tf.tidy(() => {
    const vectors = auNetForward(constantsOf('au_net', weights), pictures(), shape);
    assert.deepEqual(vectors.shape, [2, shape.aus, shape.auWidth]);
    return vectors.dataSync();
  });
  assertClose(actual, rowsOf(expected));
});

test('the identity feature equals the float64 network of Caffe lineage on the cut, mean-free BGR picture', () => {
  const weights = weightsOf('identity_net');
  const input = tf.tidy(() => identityInput(pictures()).dataSync());
  // One pixel is cut off each side (10 of 224); the middle pixel stays in place.
  const middle = (16 * 33 + 16) * 3;
  assert.ok(Math.abs(input[middle]! - ((image[middle + 2]! * 255 - 91.4953) * 2 - 1)) < 1e-3);
  const expected = [0, 1].map((row) =>
    pool64(resNet64(weights, backbonePlan('identity_net', shape), pictureOf(row, input))),
  );
  const actual = tf.tidy(() => identityForward(constantsOf('identity_net', weights), pictures(), shape).dataSync());
  assertClose(actual, rowsOf(expected));
});

test('gradients reach the picture through every network and equal a finite difference', () => {
  const forwards: Partial<Record<NetworkName, (c: Record<string, tf.Tensor>, x: tf.Tensor) => tf.Tensor>> = {
    e_flame: (c, x) => eFlameForward(c, x, shape).codes,
    au_net: (c, x) => auNetForward(c, x, shape),
    emotion_net: (c, x) => emotionForward(c, x, shape),
    identity_net: (c, x) => identityForward(c, x, shape),
  };
  for (const [network, forward] of Object.entries(forwards) as [
    NetworkName,
    NonNullable<(typeof forwards)['e_flame']>,
  ][]) {
    tf.tidy(() => {
      const constants = constantsOf(network, weightsOf(network));
      const scale = forward(constants, pictures()).norm().dataSync()[0]!;
      const loss = (x: tf.Tensor) => {
        const y = forward(constants, x);
        return y.mul(tf.range(0, y.size).cos().reshape(y.shape)).sum().div(scale).asScalar();
      };
      const gradient = tf.grad(loss)(pictures());
      const direction = gradient.div(gradient.norm());
      const step = 1e-3;
      const above = loss(pictures().add(direction.mul(step))).dataSync()[0]!;
      const below = loss(pictures().sub(direction.mul(step))).dataSync()[0]!;
      const expected = gradient.norm().dataSync()[0]!;
      assert.ok(expected > 0, network);
      assert.ok(
        Math.abs((above - below) / (2 * step) - expected) < 0.1 * expected,
        `${network}: ${(above - below) / (2 * step)}, ${expected}`,
      );
    });
  }
});

test('a missing and a misshapen weight are coded errors that name it', () => {
  const weights = new Map(weightsOf('emotion_net'));
  weights.set('backbone.bn1.bias', { shape: [2], data: new Float32Array(2) });
  assert.throws(() => foldNetwork('emotion_net', weights, shape), {
    code: 'AU_ASSETS_INVALID',
    message: /backbone\.bn1\.bias/,
  });
  weights.delete('backbone.bn1.bias');
  assert.throws(() => foldNetwork('emotion_net', weights, shape), { code: 'AU_ASSETS_INVALID', message: /missing/ });
});
