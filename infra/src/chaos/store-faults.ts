import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Fault } from '@auseq/configs/chaos-plan';

/** Names the file that the stores of a process read at each call. */
export const storeFaultsVariable = 'AUSEQ_STORE_FAULTS';

/** What is written there; `untilMs` is milliseconds since 1970, and ends the fault by itself. */
export interface StoreFaults {
  readonly error?: 'unreachable' | 'quota';
  readonly delayMs?: number;
  readonly untilMs: number;
}

/** True where the stores of this build can be made to fail. */
export function storesCanFail(): boolean {
  return existsSync(fileURLToPath(new URL('../store/faulty-store.js', import.meta.url)));
}

/** What a fault of the store says in the file: pure; null for every other kind. */
export function storeFaultsOf(fault: Fault, now: number): StoreFaults | null {
  switch (fault.kind) {
    case 'store-error':
      return { error: 'unreachable', untilMs: now + fault.seconds * 1000 };
    case 'disk-full':
      return { error: 'quota', untilMs: now + fault.seconds * 1000 };
    case 'store-slow':
      return { delayMs: fault.delay_ms, untilMs: now + fault.seconds * 1000 };
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
