export interface AdamSchedule {
  /** The optimiser step being taken, counted from 1. */
  step: number;
  lr: number;
  beta1?: number;
  beta2?: number;
  eps?: number;
}

export type AdamInputs = Record<'adam/lr' | 'adam/beta1' | 'adam/beta2' | 'adam/epsilon', Float32Array>;

/**
 * The scalars of an Adam program at one step, so that TensorFlow's update is torch's (exact-step rule 6).
 *
 * TensorFlow adds epsilon before the bias correction and torch after it: epsilon * sqrt(1 - beta2^t) makes them equal.
 * The correction itself is folded into the rate here, in float64, and the graph is given beta powers of zero:
 * `1 - beta2^t` taken in float32, as the kernel would, is off by up to 5e-5 in the first steps.
 */
export function adamInputs({ step, lr, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: AdamSchedule): AdamInputs {
  if (!Number.isInteger(step) || step < 1) throw new RangeError(`Adam's steps count from 1, not from ${step}`);
  // The kernel decays the moments by the rounded betas, so their bias is that of the rounded betas too.
  const bias1 = 1 - Math.fround(beta1) ** step;
  const bias2 = Math.sqrt(1 - Math.fround(beta2) ** step);
  return {
    'adam/lr': Float32Array.of((lr * bias2) / bias1),
    'adam/beta1': Float32Array.of(beta1),
    'adam/beta2': Float32Array.of(beta2),
    'adam/epsilon': Float32Array.of(eps * bias2),
  };
}
