import type { Fault } from '@auseq/configs/chaos-plan';

/** What became of one fault of a plan. */
export interface Injection {
  readonly fault: Fault;
  /** Whom it hit: `worker-1`, `nats`, `worker-1 to nats`; empty where it was not injected. */
  readonly target: string;
  /** ms since 1970; null where the run ended first. */
  readonly at: number | null;
  /** The last step that was seen committed. */
  readonly step: number;
  /** Why it could not be injected; null where it was. */
  readonly problem: string | null;
}
