import type { RunConfig } from '@auseq/configs/schema';

type Schedule = Pick<RunConfig['train'], 'lr' | 'lr_step_size' | 'lr_gamma'>;

/** The rate of the step after `taken` ones, as torch's StepLR: a function of the step alone, so that a resumed run has it too. */
export function learningRate({ lr, lr_step_size, lr_gamma }: Schedule, taken: number): number {
  let rate = lr;
  // Multiplied one by one: `**` may round differently from engine to engine.
  for (let drop = lr_step_size; drop > 0 && drop <= taken; drop += lr_step_size) rate *= lr_gamma;
  return rate;
}
