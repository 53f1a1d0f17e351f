import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../tensor/tf.js';
import { assertGradient, noise } from '../testing/finite-difference.js';
import { codeSize, headLayout } from './codes.js';
import { coarseNeeds, decodeCodes, decodeRow, type HeadPlan } from './head.js';

const plan = (head: Parameters<typeof headLayout>[0], more: Partial<HeadPlan> = {}): HeadPlan => ({
  ...{ layout: headLayout(head), residual: false, jaw: 'add', lightBasis: 'renderer3' },
  ...more,
});
const pose = noise(6, 1);
const coarse = { pose, coarseTex: noise(50, 2), coarseExp: noise(50, 3), coarseLight: noise(27, 4) };
const tensors = () =>
  Object.fromEntries(Object.entries(coarse).map(([name, data]) => [name, tf.tensor2d(data, [1, data.length])]));

function decoded(flat: Float32Array, of: HeadPlan) {
  return tf.tidy(() => {
    const { shBasis, ...codes } = decodeCodes(tf.tensor2d(flat, [1, flat.length]), tensors(), of);
    const values = Object.fromEntries(Object.entries(codes).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
    return { shBasis, ...values } as Record<'exp' | 'tex' | 'light' | 'pose', number[]> & { shBasis: string };
  });
}

test('heads have 127, 130, 53 and 50 columns in their own order', () => {
  const heads = ['OnlyE', 'EandJT', 'EandJ', 'exp-only'] as const;
  assert.deepEqual(
    heads.map((head) => codeSize(headLayout(head))),
    [127, 130, 53, 50],
  );
  const flat = Float32Array.from({ length: 130 }, (_, i) => i);
  const { tex, exp, light, pose: jawed } = decoded(flat, plan('EandJT', { jaw: 'replace' }));
  assert.deepEqual([tex![0], exp![0], light![0]], [0, 50, 103]);
  assert.deepEqual(jawed, [...pose.subarray(0, 3), 100, 101, 102]);
});

test('a jaw is added to the coarse one unless it replaces it', () => {
  const flat = noise(53, 9);
  const added = decoded(flat, plan('EandJ')).pose;
  for (let i = 0; i < 3; i++) assert.ok(Math.abs(added[3 + i]! - (pose[3 + i]! + flat[50 + i]!)) < 1e-6);
});

test('what a head leaves out is the coarse face, with a light in the basis of DECA', () => {
  const one = decoded(noise(50, 5), plan('exp-only'));
  assert.deepEqual([one.tex, one.light, one.pose], [[...coarse.coarseTex], [...coarse.coarseLight], [...pose]]);
  assert.equal(one.shBasis, 'deca');
  assert.equal(decoded(noise(127, 5), plan('OnlyE')).shBasis, 'renderer3');
  assert.deepEqual(coarseNeeds(plan('OnlyE')), []);
  assert.deepEqual(
    coarseNeeds(plan('EandJ')).map(({ name }) => name),
    ['tex', 'light'],
  );
});

test('a residual of zero is the coarse face, and the host decodes as the programs do', () => {
  const whole = plan('EandJT', { residual: true, lightBasis: 'deca' });
  const zero = decoded(new Float32Array(130), whole);
  assert.deepEqual(
    [zero.tex, zero.exp, zero.light, zero.pose],
    [[...coarse.coarseTex], [...coarse.coarseExp], [...coarse.coarseLight], [...pose]],
  );
  for (const of of [whole, plan('EandJT'), plan('EandJ', { jaw: 'replace' }), plan('exp-only', { residual: true })]) {
    const flat = noise(codeSize(of.layout), 6);
    const there = decoded(flat, of);
    const here = decodeRow(flat, coarse, of);
    assert.deepEqual([[...here.exp], [...here.pose]], [there.exp, there.pose]);
  }
});

test('decoded codes have the gradient of central differences, added or not', () => {
  for (const of of [plan('EandJT', { residual: true, lightBasis: 'deca' }), plan('EandJ', { jaw: 'replace' })]) {
    const size = codeSize(of.layout);
    const total = (flat: tf.Tensor) => {
      const { exp, tex, light, pose: jawed } = decodeCodes(flat, tensors(), of);
      return tf.addN([exp, tex, light, jawed].map((part) => part.square().sum()));
    };
    assertGradient(total, noise(size, 7), [1, size], { step: 1e-2, probes: size });
  }
});
