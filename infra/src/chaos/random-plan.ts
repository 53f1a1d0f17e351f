import { type ChaosPlan, type Fault, type FaultKind, faultSchema } from '@auseq/configs/chaos-plan';

export interface RandomPlanOptions {
  /** Faults a minute, on average. */
  readonly rate: number;
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  readonly workers: number;
  /** No more of them hang than leaves one. */
  readonly coordinators: number;
  /** With `minio` faults of the network may be about the store too. */
  readonly store: 'file' | 'minio';
  readonly durationSeconds: number;
}

/** Faults at seeded random moments (a Poisson process) with seeded kinds and targets: pure, the same for the same options. */
export function randomPlan(options: RandomPlanOptions): ChaosPlan {
  const { rate, seed, workers, durationSeconds } = options;
  const random = mulberry32(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const faults: Fault[] = [];
  for (let at = gap(random(), rate); at < durationSeconds; at += gap(random(), rate)) {
    const hangs = faults.filter(({ kind }) => kind === 'hang-coordinator').length;
    const kinds = options.kinds.filter((each) => each !== 'hang-coordinator' || hangs < options.coordinators - 1);
    if (kinds.length === 0) break;
    const kind = pick(kinds);
    const worker = `worker-${Math.floor(random() * workers)}`;
    const seconds = Math.round(1 + random() * 4);
    const from = options.store === 'minio' && onNetwork.includes(kind) ? { from: pick(['both', 'store', 'all']) } : {};
    const moment = { seconds: Math.round(at * 10) / 10 };
    faults.push(faultSchema.parse({ kind, at: moment, ...detail(kind, worker, seconds), ...from }));
  }
  return { faults };
}

const onNetwork: readonly FaultKind[] = ['slow-network', 'partition', 'cut'];

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
    case 'hang-coordinator':
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
