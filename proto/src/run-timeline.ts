/** A stored event of a run, as `Runs.Watch` streams it. */
export interface TimelineEvent {
  /** ISO; when it was stored, by the clock of the broker. */
  readonly time: string;
  readonly kind: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A membership that began: what was noticed, and how long it took until steps were committed again. */
export interface MembershipChange {
  readonly generation: number;
  readonly workers: readonly string[];
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** The sentence with which it was decided. */
  readonly reason: string;
  /** Members went on in the same step with what they held. */
  readonly continues: boolean;
  /** ms since 1970; when it was decided, null for the first membership of a run. */
  readonly detectedAt: number | null;
  /** ms since 1970; when its record was stored. */
  readonly reformedAt: number;
  /** ms since 1970; null where no step was committed by it. */
  readonly firstCommitAt: number | null;
  readonly firstCommitStep: number | null;
  /** The last step that was committed before it; 0: none. */
  readonly stepBefore: number;
  /** Steps taken by the state that it starts from. */
  readonly baseStep: number;
  /** Steps that were committed before and have to be taken again. */
  readonly stepsLost: number;
}

export interface Commit {
  readonly step: number;
  readonly generation: number;
  /** ms since 1970. */
  readonly at: number;
}

/** Whether commits follow each other without gap and repeat, roll-backs apart. */
export interface HistoryVerdict {
  readonly commits: number;
  readonly lastStep: number;
  /** Steps that are missing before one that was committed. */
  readonly gaps: readonly number[];
  /** Steps that were committed again without a roll-back. */
  readonly repeats: readonly number[];
  /** Steps that roll-backs took back. */
  readonly rolledBack: number;
}

export interface RunTimeline {
  readonly changes: readonly MembershipChange[];
  readonly commits: readonly Commit[];
  readonly verdict: HistoryVerdict;
}

/** What happened to the membership of a run and to its line of commits, from its stored events in their order: pure. */
export function runTimeline(events: readonly TimelineEvent[]): RunTimeline {
  const changes: MembershipChange[] = [];
  const commits: Commit[] = [];
  const gaps: number[] = [];
  const repeats: number[] = [];
  let rolledBack = 0;
  let lastStep = 0;
  let workers: readonly string[] = [];
  let noticed: { at: number; reason: string } | null = null;
  for (const { time, kind, fields } of events) {
    const at = Date.parse(time);
    if (kind === 'state' && fields.state === 'starting') noticed ??= { at, reason: text(fields.reason) };
    if (kind === 'worker' && typeof fields.generation === 'number') {
      const change = membership(fields, { at, workers, lastStep, noticed, isFirst: changes.length === 0 });
      changes.push(change);
      workers = change.workers;
      rolledBack += change.stepsLost;
      lastStep = change.baseStep;
      noticed = null;
    }
    if (kind === 'step' && typeof fields.step === 'number') {
      const { step, generation } = fields as { step: number; generation: number };
      for (let missing = lastStep + 1; missing < step; missing++) gaps.push(missing);
      if (step <= lastStep) repeats.push(step);
      lastStep = Math.max(lastStep, step);
      noticed = null;
      commits.push({ step, generation, at });
      const last = changes.at(-1);
      if (last && last.firstCommitAt === null)
        changes[changes.length - 1] = { ...last, firstCommitAt: at, firstCommitStep: step };
    }
  }
  return { changes, commits, verdict: { commits: commits.length, lastStep, gaps, repeats, rolledBack } };
}

interface Before {
  readonly at: number;
  readonly workers: readonly string[];
  readonly lastStep: number;
  readonly noticed: { at: number; reason: string } | null;
  readonly isFirst: boolean;
}

function membership(
  fields: Readonly<Record<string, unknown>>,
  { at, workers: before, lastStep, noticed, isFirst }: Before,
): MembershipChange {
  const workers = text(fields.workers)
    .split(', ')
    .filter((name) => name !== '');
  const continues = fields.continues === true;
  const baseStep = typeof fields.base_step === 'number' ? fields.base_step : 0;
  // A membership that rolls back is recorded when it begins again; its loss was told before, as a state of the run.
  const waitedMs = typeof fields.waited_ms === 'number' ? fields.waited_ms : 0;
  const decidedAt = continues ? at - waitedMs : (noticed?.at ?? at);
  return {
    generation: Number(fields.generation),
    workers,
    joined: workers.filter((name) => !before.includes(name)),
    left: before.filter((name) => !workers.includes(name)),
    reason: continues ? text(fields.reason) : (noticed?.reason ?? text(fields.reason)),
    continues,
    detectedAt: isFirst ? null : decidedAt,
    reformedAt: at,
    firstCommitAt: null,
    firstCommitStep: null,
    stepBefore: lastStep,
    baseStep,
    stepsLost: Math.max(0, lastStep - baseStep),
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
