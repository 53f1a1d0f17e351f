import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { type CaseInput, caseValues, type OpCase, opCases } from './op-cases.fixture.js';
import { type CompiledSession, compileSession, type ProgramDef, type TypedArray } from './session.js';
import { tf } from './tf.js';

const inputName = (index: number) => `x${index}`;
const inputsOf = (inputs: readonly CaseInput[]) =>
  Object.fromEntries(inputs.map(({ shape, dtype }, index) => [inputName(index), { shape, dtype }]));

/** The operation's value, and the gradient of a weighted sum of it for every float input. */
function evaluate({ apply, inputs, differentiable }: OpCase, tensors: tf.Tensor[]): Record<string, tf.Tensor> {
  const value = apply(...tensors);
  if (!differentiable) return { value };
  const floats = inputs.flatMap(({ dtype }, index) => (dtype === 'float32' ? [index] : []));
  const weightedSum = (...varied: tf.Tensor[]) => {
    const all = tensors.map((tensor, index) => varied[floats.indexOf(index)] ?? tensor);
    const result = apply(...all);
    const weights = Float32Array.from({ length: result.size }, (_, index) => Math.cos(index + 1));
    return result.mul(tf.tensor(weights, result.shape)).sum();
  };
  const gradients = tf.grads(weightedSum)(floats.map((index) => tensors[index]!));
  return { value, ...Object.fromEntries(gradients.map((gradient, index) => [`gradient ${floats[index]}`, gradient])) };
}

const programOf = (one: OpCase): ProgramDef => ({
  inputs: inputsOf(one.inputs),
  build: (inputs) => ({ outputs: evaluate(one, Object.values(inputs)) }),
});

function eager(one: OpCase, values: readonly TypedArray[]): Record<string, TypedArray> {
  return tf.tidy(() => {
    const tensors = values.map((value, index) =>
      tf.tensor(value, [...one.inputs[index]!.shape], one.inputs[index]!.dtype),
    );
    const results = Object.entries(evaluate(one, tensors));
    return Object.fromEntries(results.map(([name, tensor]) => [name, tensor.dataSync() as TypedArray]));
  });
}

/** Relative to the largest value: single elements may cancel. */
function assertClose(actual: TypedArray, expected: TypedArray, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  assert.equal(actual.constructor, expected.constructor, what);
  const scale = Math.max(1e-6, ...Array.from(expected, Math.abs));
  actual.forEach((value, index) => {
    const error = Math.abs(value - expected[index]!) / scale;
    assert.ok(error <= tolerance, `${what}[${index}]: ${value} is not ${expected[index]}`);
  });
}

describe('a recorded operation equals the eager one', () => {
  const session: CompiledSession = compileSession({
    name: 'operations',
    programs: Object.fromEntries(opCases.map((one) => [one.name, programOf(one)])),
  });
  after(() => session.dispose());

  for (const one of opCases) {
    it(one.name, () => {
      for (const seed of [1, 2]) {
        const values = one.inputs.map((input, index) => caseValues(input, 10 * seed + index));
        const recorded = session.run(
          one.name,
          Object.fromEntries(values.map((value, index) => [inputName(index), value])),
        );
        const expected = eager(one, values);
        assert.deepEqual(Object.keys(recorded), Object.keys(expected));
        for (const [name, value] of Object.entries(expected))
          assertClose(recorded[name]!, value, 1e-5, `${one.name} ${name}`);
      }
    });
  }
});
