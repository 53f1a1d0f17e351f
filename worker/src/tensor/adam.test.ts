import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { adamInputs } from './adam-inputs.js';
import { compileSession } from './session.js';

const lr = 1e-4;
const [beta1, beta2, eps] = [0.9, 0.999, 1e-8];
/** Large, ordinary, tiny and vanishing gradients: the last ones show where epsilon is added. */
const scales = [1e3, 1, -1e-3, 1e-7, 1e-8, -1e-9, 0];
const start = scales.map((_, index) => 0.1 * index - 0.3);

/** Steady signs with some swing, so that moments neither vanish nor settle. */
const gradientAt = (step: number) => scales.map((scale, index) => scale * (1 + 0.5 * Math.sin(step * (index + 1))));

/** torch.optim.Adam in float64, epsilon after the bias correction. */
function torchAdam(steps: number): { w: number[]; m: number[]; v: number[] } {
  const [w, m, v] = [[...start], scales.map(() => 0), scales.map(() => 0)];
  for (let step = 1; step <= steps; step++) {
    gradientAt(step).forEach((gradient, i) => {
      m[i] = beta1 * m[i]! + (1 - beta1) * gradient;
      v[i] = beta2 * v[i]! + (1 - beta2) * gradient ** 2;
      const denominator = Math.sqrt(v[i]!) / Math.sqrt(1 - beta2 ** step) + eps;
      w[i] = w[i]! - ((lr / (1 - beta1 ** step)) * m[i]!) / denominator;
    });
  }
  return { w, m, v };
}

const spec = { shape: [scales.length], dtype: 'float32' } as const;

describe("Adam in the session is torch's", () => {
  const session = compileSession({
    name: 'adam',
    state: { w: { shape: spec.shape, value: Float32Array.from(start) } },
    trainable: ['w'],
    programs: {
      step: {
        inputs: { gradient: spec },
        build: ({ gradient }) => ({ outputs: {}, adam: { gradients: { w: gradient! } } }),
      },
    },
  });
  after(() => session.dispose());
  let taken = 0;

  for (const steps of [1, 10, 1000]) {
    it(`after ${steps} steps (PROTOCOL 6)`, () => {
      while (taken < steps) {
        taken++;
        session.run('step', { gradient: Float32Array.from(gradientAt(taken)), ...adamInputs({ step: taken, lr }) });
      }
      const state = session.readState();
      const expected = torchAdam(steps);
      scales.forEach((scale, i) => {
        // Weights are float32: each step may round by half a unit in the last place, 1.5e-8 for values below 0.3.
        const tolerance = 1e-5 * lr * steps + 1.5e-8 * steps;
        const drift = Math.abs(state.get('w')![i]! - expected.w[i]!);
        assert.ok(drift <= tolerance, `w for gradients of ${scale} is off by ${drift}`);
        assert.ok(Math.abs(state.get('m/w')![i]! - expected.m[i]!) <= 1e-6 * Math.abs(scale), `m for ${scale}`);
        // 0.999 is not a float32 number: the kernel's 1 - beta2 is 1.3e-5 too small, which adamInputs makes up for.
        assert.ok(Math.abs(state.get('v/w')![i]! - expected.v[i]!) <= 2e-5 * scale ** 2, `v for ${scale}`);
      });
    });
  }
});

describe('the scalars of a step', () => {
  it('fold the bias corrections into rate and epsilon', () => {
    const inputs = adamInputs({ step: 1, lr });
    assert.ok(Math.abs(inputs['adam/lr'][0]! / (lr * Math.sqrt(0.001) * 10) - 1) < 1e-5);
    assert.ok(Math.abs(inputs['adam/epsilon'][0]! / (1e-8 * Math.sqrt(0.001)) - 1) < 1e-5);
  });

  it('approach plain rate and epsilon late in the run', () => {
    const inputs = adamInputs({ step: 100_000, lr });
    assert.equal(inputs['adam/lr'][0], Math.fround(lr));
    assert.equal(inputs['adam/epsilon'][0], Math.fround(1e-8));
  });

  it('do not exist before the first step', () => {
    assert.throws(() => adamInputs({ step: 0, lr }), RangeError);
  });
});
