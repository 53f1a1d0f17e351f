import type { SerialisedError } from '@auseq/proto/errors';
import type { Assignment } from '@auseq/proto/gen/auseq/v1/auseq';
import type { Proof } from '@auseq/proto/proof';

/** What an agent tells its step process over the IPC channel. */
export type ToStep =
  | {
      type: 'assign';
      assignment: Assignment;
      worker: string;
      natsUrl: string;
      storeUrl: string;
      device: 'cpu' | 'cuda';
    }
  /** The proof of this process was compared: it may take part in an exact run. */
  | { type: 'proved' }
  /** Stop at the next step border, with a checkpoint. */
  | { type: 'drain' }
  /** Leave at once: the generation is over. */
  | { type: 'leave' };

export type StepState = 'starting' | 'ready' | 'stepping' | 'finished' | 'stopped' | 'failed';

/** What a step process tells its agent, which passes it on to the coordinator. */
export interface FromStep {
  readonly type: 'report';
  readonly state: StepState;
  readonly step: number;
  readonly error?: SerialisedError | undefined;
  readonly stateDigest?: string | undefined;
  /** With `ready` and `stepping`. */
  readonly proof?: Proof | undefined;
}

export function isTerminal(state: StepState): boolean {
  return state === 'finished' || state === 'stopped' || state === 'failed';
}
