import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { AuseqError, type ErrorCode } from '@auseq/proto/errors';
import { nativeBackend } from './native.js';
import { compileSession, type ProgramBody, type ProgramScope } from './session.js';
import { tf } from './tf.js';

const vector = { shape: [3], dtype: 'float32' } as const;
const x = Float32Array.of(1, 2, 3);

const compile = (build: (x: tf.Tensor, scope: ProgramScope) => ProgramBody) =>
  compileSession({
    name: 'recording',
    programs: { p: { inputs: { x: vector }, build: (inputs, scope) => build(inputs.x!, scope) } },
  });

const failsWith = (code: ErrorCode, body: () => unknown) =>
  assert.throws(body, (error) => error instanceof AuseqError && error.code === code);

function once(build: (x: tf.Tensor) => tf.Tensor): number[] {
  const session = compile((x) => ({ outputs: { y: build(x) } }));
  const { y } = session.run('p', { x });
  session.dispose();
  return Array.from(y!);
}

describe('while recording', () => {
  it('no computed value can be read', () => {
    failsWith('AU_RECORDING_READ', () => compile((x) => ({ outputs: { y: x.mul(x.dataSync()[0]!) } })));
    failsWith('AU_RECORDING_READ', () => compile((x) => ({ outputs: { y: tf.tensor(x.square().arraySync()) } })));
  });

  it('a read that nobody awaits is refused as well', () => {
    failsWith('AU_RECORDING_READ', () =>
      compile((x) => {
        void x.square().data();
        return { outputs: { y: x } };
      }),
    );
  });

  it('a read that is swallowed is refused as well', () => {
    failsWith('AU_RECORDING_READ', () =>
      compile((x) => {
        try {
          x.dataSync();
        } catch {}
        return { outputs: { y: x } };
      }),
    );
  });

  it('constants can be read', () => {
    assert.deepEqual(
      once((x) => x.mul(tf.scalar(3).dataSync()[0]!)),
      [3, 6, 9],
    );
  });

  it('so can tensors from outside', () => {
    const outside = tf.tensor1d([2, 3, 4]).square();
    assert.deepEqual(
      once((x) => x.mul(outside.dataSync()[0]!)),
      [4, 8, 12],
    );
    outside.dispose();
  });

  it('tensors from outside become constants, once each', () => {
    const fresh = tf.tensor1d([1, 10, 100]);
    const used = tf.tensor1d([1, 10, 100]);
    used.square().dispose();
    const session = compile((x) => ({ outputs: { y: x.mul(used).add(used), z: x.mul(fresh) } }));
    used.dispose();
    fresh.dispose();
    const { y, z } = session.run('p', { x });
    assert.deepEqual([Array.from(y!), Array.from(z!)], [[2, 30, 400], [1, 20, 300]]); // biome-ignore format: two rows
    assert.equal(session.report.captured, 1);
    session.dispose();
  });

  it('later changes of an array do not reach the program', () => {
    const values = Float32Array.of(2, 2, 2);
    const session = compile((x) => {
      const y = x.mul(tf.tensor(values));
      values.fill(9);
      return { outputs: { y } };
    });
    assert.deepEqual(Array.from(session.run('p', { x }).y!), [2, 4, 6]);
    session.dispose();
  });

  it('operations of changing shape, by chance or on strings are refused', () => {
    failsWith('AU_RECORDING_OP', () => compile((x) => ({ outputs: { y: tf.multinomial(x as tf.Tensor1D, 2) } })));
    failsWith('AU_RECORDING_OP', () => compile((x) => ({ outputs: { y: tf.unique(x).values } })));
    failsWith('AU_RECORDING_OP', () =>
      compile((x) => ({ outputs: { y: x, s: tf.scalar('a', 'string').reshape([1]) } })),
    );
    failsWith('AU_RECORDING_OP', () => compile((x) => ({ outputs: { y: tf.complex(x, x).abs() } })));
  });

  it('no other session can be compiled', () => {
    failsWith('AU_RECORDING_OP', () =>
      compile((x) => {
        compile((x) => ({ outputs: { x } }));
        return { outputs: { x } };
      }),
    );
  });

  it('a promise is no result', () => {
    failsWith('AU_PROGRAM_INPUT', () => compile((async () => ({ outputs: {} })) as unknown as () => ProgramBody));
  });

  it('whatever is thrown, tfjs is as before and no tensor is left', () => {
    const backend = nativeBackend();
    const { binding, read } = backend;
    const gather = tf.getKernel('GatherV2', 'tensorflow').kernelFunc;
    const tensors = tf.memory().numTensors;
    const failure = new Error('by the build');
    const broken = () => {
      throw failure;
    };
    assert.throws(() => compile(broken), failure);
    assert.equal(backend.binding, binding);
    assert.equal(backend.read, read);
    assert.equal(tf.getKernel('GatherV2', 'tensorflow').kernelFunc, gather);
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(
      once((x) => x.add(1)),
      [2, 3, 4],
    );
  });

  it('shapes that do not fit fail as they do eagerly', () => {
    assert.throws(() => compile((x) => ({ outputs: { y: x.add(tf.zeros([2])) } })), /shape/i);
  });
});

describe('what is loaded', () => {
  it('leaves out what no output needs', () => {
    const big = new Float32Array(3 * 1000);
    const session = compile((x) => {
      const unused = tf.tensor2d(big, [3, 1000]);
      return {
        outputs: {
          y: tf.grad((x) =>
            tf
              .matMul(x.reshape([1, 3]), unused)
              .sum()
              .add(x.square().sum()),
          )(x),
        },
      };
    });
    const idle = compile((x) => {
      tf.matMul(x.reshape([1, 3]), tf.tensor2d(big, [3, 1000]));
      return { outputs: { y: x } };
    });
    assert.ok(session.report.constantBytes >= big.byteLength);
    assert.ok(idle.report.constantBytes < 100);
    session.dispose();
    idle.dispose();
  });

  it('holds a constant of the session once for all programs', () => {
    const data = new Float32Array(1000).fill(2);
    const program = {
      inputs: { x: { shape: [1000], dtype: 'float32' } as const },
      build: ({ x }: Record<string, tf.Tensor>, { constants }: ProgramScope) => ({
        outputs: { y: x!.mul(constants.k!) },
      }),
    };
    const session = compileSession({
      name: 'shared',
      constants: { k: { shape: [1000], data } },
      programs: { a: program, b: program },
    });
    assert.ok(session.report.constantBytes < data.byteLength + 100);
    assert.equal(session.run('b', { x: data }).y![7], 4);
    session.dispose();
  });

  it('leaves no file', () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('auseq-graph-'));
    const before = new Set(folders());
    compile((x) => ({ outputs: { x } })).dispose();
    assert.deepEqual(
      folders().filter((name) => !before.has(name)),
      [],
    );
  });
});
