import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { compileSession } from './session.js';

/**
 * TensorFlow's graph optimiser folds (x * a) * b into x * (a * b), and sums of a large graph in an order that differs
 * from process to process. Sessions must be without it (infra/setup/session-options.cc), or a run cannot be repeated.
 */
const a = 1 / 3;
const b = 3.7;
const values = Float32Array.from({ length: 256 }, (_, index) => 1 + index / 7);
const vector = { shape: [values.length], dtype: 'float32' } as const;

const session = compileSession({
  name: 'as-recorded',
  state: {},
  constants: { a: { shape: [], data: Float32Array.of(a) }, b: { shape: [], data: Float32Array.of(b) } },
  programs: {
    product: {
      inputs: { x: vector },
      build: ({ x }, { constants }) => ({ outputs: { y: x!.mul(constants.a!).mul(constants.b!) } }),
    },
    sum: {
      inputs: { x: vector },
      build: ({ x }, { constants }) => ({ outputs: { y: x!.add(constants.a!).add(constants.b!) } }),
    },
  },
});
after(() => session.dispose());

it('runs operations in the order in which they were recorded: constants are not regrouped', () => {
  const [fa, fb] = [Math.fround(a), Math.fround(b)];
  const product = values.map((x) => Math.fround(Math.fround(x * fa) * fb));
  const regrouped = values.map((x) => Math.fround(x * Math.fround(fa * fb)));
  assert.notDeepEqual(product, regrouped); // else this test could not fail
  assert.deepEqual(session.run('product', { x: values }).y, product);
  assert.deepEqual(
    session.run('sum', { x: values }).y,
    values.map((x) => Math.fround(Math.fround(x + fa) + fb)),
  );
});
