import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { roundToBf16 } from './bf16.js';
import { type Bf16Op, compileSession, type ProgramDef } from './session.js';
import { tf } from './tf.js';

const sine = (size: number, step: number) =>
  Float32Array.from({ length: size }, (_, index) => Math.sin(1 + index * step));

const image = { shape: [1, 8, 8, 3], dtype: 'float32' } as const;
/** Smooth: rounding may move a number across a ReLU's corner, and its gradient then jumps. */
const network = (x: tf.Tensor, kernel: tf.Tensor, dense: tf.Tensor) =>
  tf.matMul(
    tf
      .conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same')
      .sigmoid()
      .mean([1, 2]),
    dense as tf.Tensor2D,
  );

const program: ProgramDef = {
  inputs: { x: image },
  build: ({ x }, { constants: { kernel, dense } }) => ({
    outputs: { y: network(x!, kernel!, dense!), g: tf.grad((x) => network(x, kernel!, dense!).square().sum())(x!) },
  }),
};

function run(precision: 'fp32' | 'bf16', bf16Ops?: readonly Bf16Op[]) {
  const session = compileSession({
    name: precision,
    constants: {
      kernel: { shape: [3, 3, 3, 8], data: sine(216, 0.37) },
      dense: { shape: [8, 4], data: sine(32, 0.71).map(Math.abs) },
    },
    programs: { program },
    precision,
    bf16Ops,
  });
  const result = session.run('program', { x: sine(192, 0.13) });
  session.dispose();
  return { y: result.y!, g: result.g!, constantBytes: session.report.constantBytes };
}

const largestError = (actual: ArrayLike<number>, expected: ArrayLike<number>) => {
  const scale = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, index) => Math.abs(value - actual[index]!))) / scale;
};

describe('bf16', () => {
  const exact = run('fp32');
  const errors = new Set<number>();

  for (const ops of [undefined, ['Conv2D', 'BatchMatMulV2', 'Conv2DBackpropInput'] as const]) {
    it(`stays within 1e-2 of fp32 for ${ops ?? 'the convolutions'}`, () => {
      const rounded = run('bf16', ops);
      for (const name of ['y', 'g'] as const) {
        const error = largestError(rounded[name], exact[name]);
        errors.add(error);
        assert.ok(error > 0 && error < 1e-2, `${name} differs by ${error}`);
      }
      assert.ok(rounded.constantBytes < exact.constantBytes);
    });
  }

  it('reaches exactly the operations that are named', () => {
    assert.equal(errors.size, 4);
  });

  it("rounds constants as TensorFlow's Cast does, to nearest and ties to even", () => {
    const bits = Uint32Array.of(
      0x3f800000,
      0x3f808000,
      0x3f818000,
      0x3f808001,
      0x7f800000,
      0x7fc00001,
      0x80000000,
      0x7f7fffff,
    );
    const rounded = new Uint16Array(roundToBf16(new Uint8Array(bits.buffer)).buffer);
    assert.deepEqual([...rounded], [0x3f80, 0x3f80, 0x3f82, 0x3f81, 0x7f80, 0x7fc0, 0x8000, 0x7f80]);
  });
});
