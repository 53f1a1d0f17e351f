import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosPlan, Fault } from '@auseq/configs/chaos-plan';
import type { TimelineEvent } from '@auseq/proto/run-timeline';
import { isDue, type RunMoment } from './fault-clock.js';
import { type Injected, inject, type Surroundings } from './inject.js';
import type { Injection } from './injection.js';

const lookEveryMs = 20;
/** A target that is not there (its process is being started again) is waited for. */
const targetWithinMs = 30_000;

export interface FaultRunner {
  /** To be told every event of the run. */
  onEvent(event: TimelineEvent): void;
  /** Ends what lasts and what still waits; what became of each fault, in the order of the plan. */
  end(): Promise<readonly Injection[]>;
}

/** Injects the faults of a plan as their moments come. */
export function startFaults(
  plan: ChaosPlan,
  around: Omit<Surroundings, 'members'>,
  say: (message: string) => void,
): FaultRunner {
  let over = false;
  let members: readonly string[] = [];
  let step = 0;
  let startedAt: number | null = null;
  const moment = (): RunMoment => ({ step, seconds: startedAt === null ? null : (Date.now() - startedAt) / 1000 });
  const lasting = new Set<() => void>();
  const surroundings: Surroundings = { ...around, members: () => members };

  const effects = new Map<number, () => boolean>();
  const hit = async (fault: Fault, index: number): Promise<Injection> => {
    const none: Injection = { fault, target: '', at: null, step: 0, problem: null };
    while (!isDue(fault, moment())) {
      if (over) return none;
      await pause(lookEveryMs);
    }
    const giveUpAt = Date.now() + targetWithinMs;
    let at = Date.now();
    let injected: Injected | null = null;
    for (;;) {
      at = Date.now();
      injected = inject(fault, surroundings);
      if (injected) break;
      if (Date.now() > giveUpAt) return { ...none, problem: 'its target was not there' };
      if (over) return none;
      await pause(lookEveryMs);
    }
    const { target, undo, hasHit } = injected;
    if (hasHit) effects.set(index, hasHit);
    say(`${fault.kind} ${target} after step ${step}`);
    if (undo) lastFor(undo.afterMs, undo.run);
    return { fault, target, at, step, problem: null };
  };
  const lastFor = (ms: number | null, undo: () => void) => {
    const finish = () => {
      if (timer) clearTimeout(timer);
      if (lasting.delete(finish)) undo();
    };
    const timer = ms === null ? null : setTimeout(finish, ms);
    lasting.add(finish);
  };
  const injections = plan.faults.map(hit);

  return {
    onEvent({ kind, fields }) {
      if (kind === 'worker' && typeof fields.workers === 'string') members = fields.workers.split(', ');
      if (kind !== 'step') return;
      startedAt ??= Date.now();
      step = Number(fields.step);
    },
    async end() {
      over = true;
      const done = await Promise.all(injections);
      for (const finish of [...lasting]) finish();
      // Messages that were never sent could not be spoilt: such a fault has tested nothing.
      return done.map((each, index) => {
        const unhit = each.at !== null && effects.get(index)?.() === false;
        return unhit ? { ...each, at: null, problem: 'nobody sent a message that it could hit' } : each;
      });
    },
  };
}
