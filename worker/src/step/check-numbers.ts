import { AuseqError } from '@auseq/proto/errors';
import type { DrawRecord, LeafGradient } from './engine.js';

/**
 * Throws AU_NUMERIC, naming loss, leaf and draws, where a leaf's losses or its gradient (fp32 bytes) hold NaN or
 * infinity: before they are sent, so that no such step is ever committed (PROTOCOL 20).
 */
export function checkLeafNumbers(gradient: LeafGradient, draws: readonly DrawRecord[]): void {
  const { step, leaf, losses, payload } = gradient;
  const bad = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
  if (bad) throw notFinite(`loss ${bad[0]} is ${bad[1]}`, step, leaf, draws);
  const index = firstNotFinite(new Float32Array(payload.slice().buffer));
  if (index !== -1)
    throw notFinite(`number ${index} of the gradient is not finite, with finite losses`, step, leaf, draws);
}

/** The same for what the model predicts of a leaf, before it is rendered: no picture can be drawn of NaN. */
export function checkLeafCodes(
  step: number,
  leaf: number,
  draws: readonly DrawRecord[],
  predicted: Readonly<Record<string, Float32Array>>,
): void {
  for (const [name, values] of Object.entries(predicted)) {
    const index = firstNotFinite(values);
    if (index !== -1) throw notFinite(`number ${index} of the ${name} is ${values[index]}`, step, leaf, draws);
  }
}

/** The same for the gradient of all parameters, after the sum over leaves. */
export function checkSummedGradient(step: number, gradient: Float32Array): void {
  const index = firstNotFinite(gradient);
  if (index === -1) return;
  throw new AuseqError('AU_NUMERIC', {
    what: `step ${step} cannot be taken`,
    why: `element ${index} of the summed gradient is ${gradient[index]}`,
    try: 'resume from an earlier checkpoint with a smaller train.lr',
    where: `step ${step}`,
  });
}

/** Index of the first NaN or infinity, or -1. */
export function firstNotFinite(values: Float32Array): number {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value - value !== 0) return index;
  }
  return -1;
}

function notFinite(why: string, step: number, leaf: number, draws: readonly DrawRecord[]): AuseqError {
  const names = draws.map(
    ({ draw }) => `${draw.sequence}@${draw.centre} (epoch ${draw.epoch}, position ${draw.position})`,
  );
  return new AuseqError('AU_NUMERIC', {
    what: `step ${step} cannot be taken`,
    why: `${why}, in leaf ${leaf} with ${names.join(', ')}`,
    try: 'look at these sequences with auseq dataset inspect, or resume with a smaller train.lr',
    where: `step ${step}, leaf ${leaf}`,
  });
}
