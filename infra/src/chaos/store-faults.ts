import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Fault } from '@auseq/configs/chaos-plan';

/** Names the file that the stores of a process read at each call. */
export const storeFaultsVariable = 'AUSEQ_STORE_FAULTS';

/** What is written there; removing the file ends the fault. */
export interface StoreFaults {
  readonly error?: 'unreachable' | 'quota';
  readonly delayMs?: number;
}

/** What a fault of the store says in the file: pure; null for every other kind. */
export function storeFaultsOf(fault: Fault): StoreFaults | null {
  switch (fault.kind) {
    case 'store-error':
      return { error: 'unreachable' };
    case 'disk-full':
      return { error: 'quota' };
    case 'store-slow':
      return { delayMs: fault.delay_ms };
    default:
      return null;
  }
}

/** Replaces the file in one move: a reader sees all of it or nothing. */
export function writeStoreFaults(file: string, faults: StoreFaults): void {
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, JSON.stringify(faults));
  renameSync(temporary, file);
}

/** Ends these faults, where no later ones have taken their place. */
export function endStoreFaults(file: string, faults: StoreFaults): void {
  const text = JSON.stringify(faults);
  try {
    if (readFileSync(file, 'utf8') === text) rmSync(file);
  } catch {
    // they are over already
  }
}
