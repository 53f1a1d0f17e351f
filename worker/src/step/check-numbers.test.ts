import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { checkLeafCodes, checkLeafNumbers, checkSummedGradient } from './check-numbers.js';
import type { DrawRecord, LeafGradient } from './engine.js';

const draws: DrawRecord[] = [
  { draw: { epoch: 2, position: 17, sequence: 'a/b', copy: 1, centre: 4 }, contentHash: 'x' },
];
const gradient = (values: readonly number[], losses: Record<string, number>): LeafGradient => ({
  ...{ step: 5, leaf: 3, losses },
  payload: new Uint8Array(Float32Array.from(values).buffer),
});
const refusal = (work: () => void): AuseqError => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof AuseqError);
    assert.equal(error.code, 'AU_NUMERIC');
    return error;
  }
  throw new assert.AssertionError({ message: 'it was accepted' });
};

describe('numbers that are none', () => {
  it('in a loss name it, the leaf and its draws', () => {
    const error = refusal(() => checkLeafNumbers(gradient([1], { total: 1, photo: Number.NaN }), draws));
    assert.equal(error.why, 'loss photo is NaN, in leaf 3 with a/b@4 (epoch 2, position 17)');
  });

  it('in a gradient are found beside finite losses', () => {
    const error = refusal(() => checkLeafNumbers(gradient([1, 2, Number.NEGATIVE_INFINITY], { total: 1 }), draws));
    assert.match(error.why, /^number 2 of the gradient is not finite/);
    checkLeafNumbers(gradient([1, -0, 3e38], { total: 1 }), draws);
  });

  it('in what is predicted stop the leaf before it is rendered', () => {
    const codes = Float32Array.of(0, Number.NaN);
    const error = refusal(() => checkLeafCodes(5, 3, draws, { codes }));
    assert.match(error.why, /^number 1 of the codes is NaN, in leaf 3 with a\/b@4/);
    checkLeafCodes(5, 3, draws, { codes: Float32Array.of(1, 2) });
  });

  it('in the sum of all leaves stop the step', () => {
    const error = refusal(() => checkSummedGradient(5, Float32Array.of(1, Number.POSITIVE_INFINITY)));
    assert.equal(error.why, 'element 1 of the summed gradient is Infinity');
    checkSummedGradient(5, Float32Array.of(1, 2));
  });
});
