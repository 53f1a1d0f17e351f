import type { Clock } from '@auseq/worker/sync/clock';
import type { VirtualClock } from './virtual-clock.js';

/** A process that can be killed (nothing of it ever happens again) and stopped for a while (everything waits). */
export class SimProcess implements Clock {
  dead = false;
  private frozenUntil = 0;

  constructor(
    readonly name: string,
    private readonly clock: VirtualClock,
  ) {}

  kill(): void {
    this.dead = true;
  }

  freeze(ms: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, this.clock.now() + ms);
  }

  now = (): number => this.clock.now();

  /** Something reaches the process: now, when it goes on, or never. */
  take(call: () => void): void {
    if (this.dead) return;
    if (this.frozenUntil > this.clock.now()) this.clock.at(this.frozenUntil, () => this.take(call));
    else call();
  }

  every(ms: number, call: () => void): () => void {
    let late = false; // a stopped process owes one tick, not hundreds
    return this.clock.every(ms, () => {
      if (late || this.dead) return;
      late = true;
      this.take(() => {
        late = false;
        call();
      });
    });
  }

  pause = (ms: number): Promise<void> =>
    new Promise((resolve) => this.clock.after(ms, () => this.take(() => resolve())));
}
