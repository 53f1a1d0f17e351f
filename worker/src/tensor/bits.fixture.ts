import { createHash } from 'node:crypto';
import { adamInputs } from './adam-inputs.js';
import { compileSession, type SessionDef } from './session.js';
import { tf } from './tf.js';

/** Prints the SHA-256 of everything a few training steps compute; run as a process of its own. */

const sine = (size: number, step: number) =>
  Float32Array.from({ length: size }, (_, index) => Math.sin(1 + index * step));
const small = (size: number, step: number) => sine(size, step).map((value) => value / 8);

function network(x: tf.Tensor, kernel: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  const features = tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same').relu();
  const rows = features.reshape([-1, 16]);
  const picked = rows.gather(
    tf.range(0, rows.shape[0]!, 1, 'int32').mul(tf.scalar(7, 'int32')).mod(tf.scalar(32, 'int32')),
  );
  const attended = tf.matMul(tf.softmax(tf.matMul(rows, picked, false, true)), picked);
  return tf.matMul(attended.reshape([-1, 64]), weights).mul(0.1);
}

const image = { shape: [2, 24, 24, 3], dtype: 'float32' } as const;

const definition = (precision: 'fp32' | 'bf16'): SessionDef => ({
  name: 'bits',
  state: { w: { shape: [64, 32], value: small(64 * 32, 0.11) } },
  trainable: ['w'],
  constants: { kernel: { shape: [3, 3, 3, 16], data: sine(432, 0.37) } },
  programs: {
    step: {
      inputs: { x: image },
      build({ x }, { state, constants }) {
        const loss = (x: tf.Tensor, w: tf.Tensor) => network(x, constants.kernel!, w).square().mean();
        const [dx, dw] = tf.grads(loss)([x!, state.w!]);
        return { outputs: { dx: dx! }, adam: { gradients: { w: dw! } } };
      },
    },
  },
  precision,
});

const hash = createHash('sha256');
for (const precision of ['fp32', 'bf16'] as const) {
  const session = compileSession(definition(precision));
  for (let step = 1; step <= 3; step++) {
    hash.update(session.run('step', { x: sine(3456, 0.01 * step), ...adamInputs({ step, lr: 1e-3 }) }).dx!);
  }
  for (const array of session.readState().values()) hash.update(array);
  session.dispose();
}
process.stdout.write(hash.digest('hex'));
