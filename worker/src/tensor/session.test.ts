import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { AuseqError, type ErrorCode } from '@auseq/proto/errors';
import { adamInputs } from './adam-inputs.js';
import { nativeBackend } from './native.js';
import { compileSession, type SessionDef, type TypedArray } from './session.js';
import { tf } from './tf.js';

const vector = { shape: [3], dtype: 'float32' } as const;
const x = Float32Array.of(1, 2, 3);

const definition: SessionDef = {
  name: 'example',
  state: { w: { shape: [3], value: Float32Array.of(1, 1, 1) }, count: { shape: [], value: Float32Array.of(0) } },
  trainable: ['w'],
  constants: {
    offset: { shape: [3], data: Float32Array.of(10, 20, 30) },
    order: { shape: [3], data: Int32Array.of(2, 0, 1) },
  },
  programs: {
    forward: {
      inputs: { x: vector },
      build: ({ x }, { state, constants }) => ({ outputs: { y: x!.mul(state.w!).add(constants.offset!) } }),
    },
    permute: {
      inputs: { x: vector, on: { shape: [], dtype: 'bool' } },
      build: ({ x, on }, { constants }) => ({
        outputs: {
          y: tf.where(on!, x!.gather(constants.order as tf.Tensor1D), x!),
          order: constants.order!,
          on: on!,
          x: x!,
        },
      }),
    },
    train: {
      inputs: { x: vector },
      build({ x }, { state }) {
        const loss = (w: tf.Tensor) => w.mul(x!).square().sum();
        const gradient = tf.grad(loss)(state.w!);
        return {
          outputs: { before: state.w!.clone(), doubled: state.w!.mul(2), count: state.count! },
          adam: { gradients: { w: gradient } },
          assign: { count: state.count!.add(1) },
        };
      },
    },
  },
};

const failsWith = (code: ErrorCode, body: () => unknown) =>
  assert.throws(body, (error) => error instanceof AuseqError && error.code === code);

const plain = (results: Record<string, TypedArray>) =>
  Object.fromEntries(Object.entries(results).map(([name, values]) => [name, Array.from(values)]));

describe('a compiled session', () => {
  const session = compileSession(definition);
  after(() => session.dispose());
  const train = (step: number) => session.run('train', { x, ...adamInputs({ step, lr: 0.1 }) });

  it('runs a program with state and constants', () => {
    assert.deepEqual(plain(session.run('forward', { x })), { y: [11, 22, 33] });
  });

  it('takes int32 and bool, and gives inputs and constants back', () => {
    const results = session.run('permute', { x, on: Uint8Array.of(1) });
    assert.deepEqual(plain(results), { y: [3, 1, 2], order: [2, 0, 1], on: [1], x: [1, 2, 3] });
    assert.ok(results.order instanceof Int32Array && results.on instanceof Uint8Array);
  });

  it('takes arrays of shared memory and views into larger ones', () => {
    const shared = new Float32Array(new SharedArrayBuffer(12));
    shared.set(x);
    assert.deepEqual(plain(session.run('forward', { x: shared })), { y: [11, 22, 33] });
    assert.deepEqual(plain(session.run('forward', { x: Float32Array.of(9, 1, 2, 3).subarray(1) })), {
      y: [11, 22, 33],
    });
  });

  it('computes outputs from the state before the update, and keeps the new state', () => {
    session.writeState(new Map([['w', Float32Array.of(1, 1, 1)], ['count', Float32Array.of(0)]])); // biome-ignore format: pairs
    for (let step = 1; step <= 20; step++) {
      const before = session.readState(['w', 'count']);
      const results = train(step);
      assert.deepEqual(results.before, before.get('w'));
      assert.deepEqual(
        results.doubled,
        before.get('w')!.map((value) => 2 * value),
      );
      assert.equal(results.count![0], step - 1);
      const now = session.readState(['w', 'count']);
      assert.equal(now.get('count')![0], step);
      assert.notDeepEqual(now.get('w'), before.get('w'));
    }
  });

  it('gives back the very bits that were written', () => {
    const bits = Float32Array.of(Number.NaN, -0, 1e-42);
    session.writeState(new Map([['m/w', bits]]));
    const read = session.readState(['m/w']).get('m/w')!;
    assert.deepEqual(Buffer.from(read.buffer), Buffer.from(bits.buffer));
    assert.deepEqual([...session.readState().keys()], ['w', 'count', 'm/w', 'v/w']);
  });

  it('keeps its state when the caller reuses an array, wherever that lies in memory', () => {
    for (let offset = 0; offset < 64; offset += 4) {
      const array = new Float32Array(new ArrayBuffer(128), offset, 3).fill(1);
      session.writeState(new Map([['w', array]]));
      array.fill(5);
      assert.deepEqual(session.readState(['w']).get('w'), Float32Array.of(1, 1, 1));
    }
  });

  it('shares no state with another session of the same names', () => {
    const other = compileSession(definition);
    other.writeState(new Map([['w', Float32Array.of(7, 7, 7)]]));
    session.writeState(new Map([['w', Float32Array.of(1, 1, 1)]]));
    assert.deepEqual(other.readState(['w']).get('w'), Float32Array.of(7, 7, 7));
    other.dispose();
  });

  it('keeps no tensor and no memory over a thousand runs', () => {
    const { binding } = nativeBackend();
    for (let step = 1; step <= 100; step++) train(step);
    const tensors = binding.getNumOfTensors();
    const resident = process.memoryUsage.rss();
    for (let step = 1; step <= 1000; step++) train(step);
    assert.equal(binding.getNumOfTensors(), tensors);
    const grown = (process.memoryUsage.rss() - resident) / 2 ** 20;
    assert.ok(grown < 24, `resident memory grew by ${grown.toFixed(1)} MiB`);
  });

  it('names what is wrong with an input', () => {
    failsWith('AU_PROGRAM_INPUT', () => session.run('forward', {}));
    failsWith('AU_PROGRAM_INPUT', () => session.run('forward', { x, y: x }));
    failsWith('AU_PROGRAM_INPUT', () => session.run('forward', { x: Float32Array.of(1) }));
    failsWith('AU_PROGRAM_INPUT', () => session.run('forward', { x: Int32Array.of(1, 2, 3) }));
    failsWith('AU_PROGRAM_INPUT', () => session.run('train', { x }));
    failsWith('AU_PROGRAM_INPUT', () => session.run('backward', { x }));
    failsWith('AU_PROGRAM_INPUT', () => session.readState(['b']));
    failsWith('AU_PROGRAM_INPUT', () => session.writeState(new Map([['w', Float32Array.of(1)]])));
  });

  it('leaves nothing behind when a run fails', () => {
    const { binding } = nativeBackend();
    const failing = compileSession({
      name: 'failing',
      programs: {
        pick: {
          inputs: { at: { shape: [1], dtype: 'int32' } },
          build: ({ at }) => ({ outputs: { y: tf.gather([1, 2], at as tf.Tensor1D) } }),
        },
      },
    });
    const tensors = binding.getNumOfTensors();
    failsWith('AU_PROGRAM_FAILED', () => failing.run('pick', { at: Int32Array.of(7) }));
    assert.equal(binding.getNumOfTensors(), tensors);
    assert.deepEqual(plain(failing.run('pick', { at: Int32Array.of(1) })), { y: [2] });
    failing.dispose();
  });

  it('refuses work after it was disposed', () => {
    const brief = compileSession(definition);
    brief.dispose();
    brief.dispose();
    failsWith('AU_PROGRAM_DISPOSED', () => brief.run('forward', { x }));
    failsWith('AU_PROGRAM_DISPOSED', () => brief.readState());
  });
});

describe('a wrong session definition', () => {
  const withState = (change: Partial<SessionDef>) => () => compileSession({ ...definition, ...change });
  const update = (values: (x: tf.Tensor) => object): SessionDef['programs'] => ({
    bad: { inputs: { x: vector }, build: ({ x }) => ({ outputs: {}, ...values(x!) }) },
  });

  it('is refused', () => {
    failsWith('AU_PROGRAM_INPUT', withState({ state: { w: { shape: [4], value: x } } }));
    failsWith('AU_PROGRAM_INPUT', withState({ trainable: ['nothing'] }));
    failsWith('AU_PROGRAM_INPUT', withState({ programs: update((x) => ({ assign: { b: x } })) }));
    failsWith('AU_PROGRAM_INPUT', withState({ programs: update((x) => ({ assign: { w: x.sum() } })) }));
    failsWith(
      'AU_PROGRAM_INPUT',
      withState({ trainable: [], programs: update((x) => ({ adam: { gradients: { w: x } } })) }),
    );
  });
});
