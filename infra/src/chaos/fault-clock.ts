import type { Fault } from '@auseq/configs/chaos-plan';

export interface RunMoment {
  /** The last committed step. */
  readonly step: number;
  /** Seconds since the run began to step; null before. */
  readonly seconds: number | null;
}

/** True once the moment of a fault has come: pure. */
export function isDue({ at }: Pick<Fault, 'at'>, now: RunMoment): boolean {
  return 'step' in at ? now.step >= at.step : now.seconds !== null && now.seconds >= at.seconds;
}
