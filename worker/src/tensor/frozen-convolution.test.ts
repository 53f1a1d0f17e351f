import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { turnFrozenConvolutions } from './frozen-convolution.js';
import { attr, type GraphNode } from './graph.js';
import { compileSession } from './session.js';
import { tf } from './tf.js';

const sine = (size: number, step: number) =>
  Float32Array.from({ length: size }, (_, index) => Math.sin(1 + index * step));

const geometry = fc.record({
  height: fc.integer({ min: 1, max: 4 }),
  width: fc.integer({ min: 1, max: 4 }),
  ins: fc.integer({ min: 1, max: 3 }),
  outs: fc.integer({ min: 1, max: 3 }),
  side: fc.integer({ min: 4, max: 7 }),
  padding: fc.constantFrom('same' as const, 'valid' as const),
});

describe('the gradient through a frozen convolution', () => {
  it('equals the eager one for every kernel and padding', () => {
    fc.assert(
      fc.property(geometry, ({ height, width, ins, outs, side, padding }) => {
        const shape = [height, width, ins, outs] as [number, number, number, number];
        const kernel = sine(height * width * ins * outs, 1.3);
        const input = { shape: [1, side, side, ins], dtype: 'float32' } as const;
        const x = sine(side * side * ins, 0.7);
        const gradient = (x: tf.Tensor, w: tf.Tensor) =>
          tf.grad((x) =>
            tf
              .conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, padding)
              .square()
              .sum(),
          )(x);
        const session = compileSession({
          name: 'frozen',
          constants: { w: { shape, data: kernel } },
          programs: {
            p: {
              inputs: { x: input },
              build: ({ x }, { constants }) => ({ outputs: { g: gradient(x!, constants.w!) } }),
            },
          },
        });
        const recorded = session.run('p', { x }).g!;
        session.dispose();
        const eager = tf.tidy(() => gradient(tf.tensor(x, [...input.shape]), tf.tensor(kernel, shape)).dataSync());
        for (const [index, value] of eager.entries()) {
          assert.ok(Math.abs(value - recorded[index]!) <= 1e-4 * Math.max(1, Math.abs(value)));
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  const backward = (filter: string, stride: number): GraphNode => ({
    name: 'back',
    op: 'Conv2DBackpropInput',
    inputs: ['sizes', filter, 'dy'],
    attrs: {
      strides: attr.ints([1, stride, stride, 1]),
      padding: attr.string('SAME'),
      data_format: attr.string('NHWC'),
    },
  });
  const constant: GraphNode = {
    name: 'w',
    op: 'Const',
    inputs: [],
    attrs: { value: attr.tensor({ dtype: 1, shape: [1, 1, 1, 2], bytes: new Uint8Array(8) }) },
  };

  it('becomes a convolution only where weights are constant and the stride is one', () => {
    const opsOf = (node: GraphNode) => turnFrozenConvolutions([constant, node]).map(({ op }) => op);
    assert.deepEqual(opsOf(backward('w', 1)), ['Const', 'Const', 'Conv2D']);
    assert.deepEqual(opsOf(backward('w', 2)), ['Const', 'Conv2DBackpropInput']);
    assert.deepEqual(opsOf(backward('variable', 1)), ['Const', 'Conv2DBackpropInput']);
  });

  it('turns a kernel once however often it is used', () => {
    const turned = turnFrozenConvolutions([constant, backward('w', 1), backward('w', 1)]);
    assert.deepEqual(
      turned.map(({ op }) => op),
      ['Const', 'Const', 'Conv2D', 'Conv2D'],
    );
  });
});
