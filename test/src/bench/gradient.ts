import { bivitForward } from '@auseq/worker/model/bivit/forward';
import { initBivit } from '@auseq/worker/model/bivit/init';
import { bivitShapes } from '@auseq/worker/model/bivit/shape';
import { compileSession } from '@auseq/worker/tensor/session';
import { tf } from '@auseq/worker/tensor/tf';

/**
 * How a compiled BiViT gradient compares with the same gradient run op by op by tfjs, in one process on the same machine. Times are
 * interleaved and the ratio is of medians: absolute figures of a shared machine say little.
 */
const shape = bivitShapes.legacy;
const batch = 8;
const rounds = 7;

const weights = initBivit(shape, 0);
const names = [...weights.keys()];
const afn = wave(batch * shape.frames * shape.aus * shape.auWidth, 0.04);
const global = wave(batch * shape.frames * shape.globalWidth, 1);
const afnShape = [batch, shape.frames, shape.aus, shape.auWidth];
const globalShape = [batch, shape.frames, shape.globalWidth];

function wave(length: number, size: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => size * Math.sin(index * 0.7));
}

function gradients(state: Record<string, tf.Tensor>, inputs: { afn: tf.Tensor; global: tf.Tensor }): tf.Tensor[] {
  const loss = (...params: tf.Tensor[]) =>
    bivitForward(Object.fromEntries(names.map((name, i) => [name, params[i]!])), inputs, shape, null)
      .square()
      .sum();
  return tf.grads(loss)(names.map((name) => state[name]!));
}

const session = compileSession({
  name: 'bench',
  state: Object.fromEntries(
    [...weights].map(([name, one]) => [name, { shape: one.shape, value: one.data as Float32Array }]),
  ),
  programs: {
    gradient: {
      inputs: { afn: { shape: afnShape, dtype: 'float32' }, global: { shape: globalShape, dtype: 'float32' } },
      build: (inputs, { state }) => ({
        outputs: {
          sum: tf.addN(gradients(state, { afn: inputs.afn!, global: inputs.global! }).map((one) => one.square().sum())),
        },
      }),
    },
  },
});
const eager = Object.fromEntries(
  [...weights].map(([name, one]) => [name, tf.keep(tf.tensor(one.data, [...one.shape]))]),
);

function milliseconds(run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const compiledRun = () => void session.run('gradient', { afn, global });
const eagerRun = () =>
  tf.tidy(() => {
    const inputs = { afn: tf.tensor(afn, afnShape), global: tf.tensor(global, globalShape) };
    tf.addN(gradients(eager, inputs).map((one) => one.square().sum())).dataSync();
  });
compiledRun();
eagerRun();
const times = Array.from({ length: rounds }, () => [milliseconds(compiledRun), milliseconds(eagerRun)] as const);
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const compiled = median(times.map(([one]) => one));
const peer = median(times.map(([, other]) => other));
process.stdout.write(
  `${JSON.stringify({ bench: 'bivit gradient, 8 sequences', compiled_ms: compiled, tfjs_eager_ms: peer, ratio: peer / compiled })}\n`,
);
