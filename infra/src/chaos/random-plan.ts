import { type ChaosPlan, type Fault, type FaultKind, faultSchema } from '@auseq/configs/chaos-plan';

export interface RandomPlanOptions {
  /** Faults a minute, on average. */
  readonly rate: number;
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  readonly workers: number;
  readonly durationSeconds: number;
}

/** Faults at seeded random moments (a Poisson process) with seeded kinds and targets: pure, the same for the same options. */
export function randomPlan({ rate, seed, kinds, workers, durationSeconds }: RandomPlanOptions): ChaosPlan {
  const random = mulberry32(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const faults: Fault[] = [];
  for (let at = gap(random(), rate); at < durationSeconds; at += gap(random(), rate)) {
    const kind = pick(kinds);
    const worker = `worker-${Math.floor(random() * workers)}`;
    const seconds = Math.round(1 + random() * 4);
    faults.push(
      faultSchema.parse({ kind, at: { seconds: Math.round(at * 10) / 10 }, ...detail(kind, worker, seconds) }),
    );
  }
  return { faults };
}

/** Seconds to the next event of a Poisson process of `rate` a minute. */
function gap(uniform: number, rate: number): number {
  return (-Math.log(1 - uniform) * 60) / rate;
}

function detail(kind: FaultKind, target: string, seconds: number): object {
  switch (kind) {
    case 'kill':
    case 'kill-agent':
    case 'hang':
      return { target };
    case 'stop':
    case 'partition':
      return { target, seconds };
    case 'slow-network':
      return { target, seconds, delay_ms: 20 * seconds };
    case 'lost-message':
    case 'corrupt-frame':
      return { target, count: seconds };
    case 'cut':
      return { target };
    case 'clock-jump':
      return { target, seconds: (seconds % 2 === 0 ? -720 : 720) * seconds };
    case 'store-error':
    case 'store-slow':
    case 'disk-full':
      return { seconds };
    case 'kill-coordinator':
    case 'restart-nats':
      return {};
  }
}

/** A small generator of uniform numbers in [0, 1) (Tommy Ettinger's mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
