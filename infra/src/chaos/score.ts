import type { Fault } from '@auseq/configs/chaos-plan';
import type { Commit, HistoryVerdict, MembershipChange, RunTimeline } from '@auseq/proto/run-timeline';
import { availableSeconds } from './available-seconds.js';
import type { Injection } from './injection.js';

/** A run that has ended, with what was stored of it. */
export interface EndedRun {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly step: number;
  readonly workers: number;
  /** State digest of its last whole checkpoint; null where it has none. */
  readonly sha256: string | null;
  readonly timeline: RunTimeline;
  readonly ledger: RunLedger;
}

/** What is stored of a run's checkpoints (`auseq checkpoints verify RUN`). */
export interface RunCheckpoints {
  /** Steps of those whose every part was read and whose state digest is right. */
  readonly whole: readonly number[];
  /** What is wrong with the others. */
  readonly damaged: readonly string[];
}

/** What the sample ledger of a run says (`auseq runs ledger RUN --verify`). */
export interface RunLedger {
  readonly ok: boolean;
  /** Draws that count. */
  readonly draws: number;
  readonly problems: readonly string[];
  /** Of the draws, whoever took them; null where the ledger could not be read. */
  readonly sha256: string | null;
}

export interface FaultScore {
  readonly kind: Fault['kind'];
  readonly target: string;
  /** The last committed step when it was injected; null: it was not. */
  readonly step: number | null;
  /** Seconds after the first commit of the run; below 0 before it. */
  readonly seconds: number | null;
  /** ms from the fault until a loss was decided, its membership stored, and a step committed by it; null: no member was lost. */
  readonly detect_ms: number | null;
  readonly reform_ms: number | null;
  /** Until there were as many members again; null where the run or the next fault was faster. */
  readonly whole_again_ms: number | null;
  /** Without a loss: until the next commit. */
  readonly first_commit_ms: number | null;
  /** The longest time without a commit, from the fault to the next fault. */
  readonly longest_pause_ms: number | null;
  readonly steps_lost: number;
  readonly went_on: boolean;
  /** How it was noticed, or why it was not injected. */
  readonly noticed: string;
}

export interface RunScore {
  readonly run: string;
  readonly state: string;
  readonly steps: number;
  readonly workers: number;
  readonly sha256: string | null;
  /** From the first commit to the last. */
  readonly seconds: number;
  /** Different steps committed after the first, by `worker_seconds`: a starting replacement is not yet available. */
  readonly goodput: number;
  /** By all workers together. */
  readonly worker_seconds: number;
}

export interface ChaosScore {
  readonly verdict: 'PASS' | 'FAIL';
  readonly failures: readonly string[];
  readonly quiet: RunScore | null;
  readonly faulted: RunScore;
  /** Goodput of the faulted run by that of the quiet one; null without one. */
  readonly efficiency: number | null;
  readonly same_bits: boolean | null;
  readonly steps_lost: number;
  readonly commits: HistoryVerdict;
  readonly ledger: RunLedger;
  readonly checkpoints: RunCheckpoints;
  /** Each draw of the quiet run, in its step. */
  readonly same_draws: boolean | null;
  readonly faults: readonly FaultScore[];
}

export interface ScoreOptions {
  readonly quiet: EndedRun | null;
  readonly faulted: EndedRun;
  /** Of the faulted run. */
  readonly checkpoints: RunCheckpoints;
  readonly injections: readonly Injection[];
  /** More steps than this taken back by roll-backs is a failure. */
  readonly mostStepsLost: number;
  /** A fault that the run was over for is a failure. */
  readonly allMustHit: boolean;
}

/** Grades a faulted run, fault by fault and against the quiet one: pure. */
export function scoreChaos(options: ScoreOptions): ChaosScore {
  const { quiet, faulted, checkpoints, injections, mostStepsLost, allMustHit } = options;
  const { timeline } = faulted;
  const faults = injections.map((injection, index) =>
    scoreFault(injection, timeline, injections.slice(index + 1), faulted.state === 'completed'),
  );
  const quietScore = quiet ? scoreRun(quiet) : null;
  const faultedScore = scoreRun(faulted);
  const sameBits = quiet ? quiet.sha256 !== null && quiet.sha256 === faulted.sha256 : null;
  const sameDraws = quiet ? quiet.ledger.sha256 !== null && quiet.ledger.sha256 === faulted.ledger.sha256 : null;
  const { gaps, repeats, rolledBack } = timeline.verdict;
  const failures = [
    ...(quiet && quiet.state !== 'completed' ? [`the quiet run is ${quiet.state}: ${quiet.reason}`] : []),
    ...(faulted.state === 'completed' ? [] : [`the faulted run is ${faulted.state}: ${faulted.reason}`]),
    ...(sameBits === false ? [`its weights differ from the quiet run's (${faulted.sha256} and ${quiet?.sha256})`] : []),
    ...(faulted.ledger.ok ? [] : [`its ledger is not whole: ${faulted.ledger.problems[0] ?? 'no reason'}`]),
    ...checkpoints.damaged.map((wrong) => `a checkpoint is not whole: ${wrong}`),
    ...(sameDraws === false ? ["its ledger names other samples than the quiet run's"] : []),
    ...(gaps.length > 0 ? [`no commit of step ${gaps.join(', ')}`] : []),
    ...(repeats.length > 0 ? [`step ${repeats.join(', ')} was committed twice`] : []),
    ...(rolledBack > mostStepsLost ? [`${rolledBack} committed steps were lost and taken again`] : []),
    ...faults.flatMap((fault) =>
      fault.step !== null && !fault.went_on ? [`nothing went on after ${fault.kind}`] : [],
    ),
    ...injections.flatMap(({ fault, problem, at }) =>
      at === null && (allMustHit || problem !== null) ? [`${fault.kind} was not injected: ${problem ?? runOver}`] : [],
    ),
  ];
  return {
    verdict: failures.length === 0 ? 'PASS' : 'FAIL',
    failures,
    quiet: quietScore,
    faulted: faultedScore,
    efficiency: quietScore && quietScore.goodput > 0 ? faultedScore.goodput / quietScore.goodput : null,
    same_bits: sameBits,
    steps_lost: rolledBack,
    commits: timeline.verdict,
    ledger: faulted.ledger,
    checkpoints,
    same_draws: sameDraws,
    faults,
  };
}

const runOver = 'the run was over before';

function scoreRun({ name, state, step, workers, sha256, timeline }: EndedRun): RunScore {
  const { commits } = timeline;
  const seconds = ((commits.at(-1)?.at ?? 0) - (commits[0]?.at ?? 0)) / 1000;
  const steps = new Set(commits.map((commit) => commit.step)).size;
  const available = availableSeconds(timeline);
  const goodput = available > 0 ? (steps - 1) / available : 0;
  return { run: name, state, steps: step, workers, sha256, seconds, goodput, worker_seconds: available };
}

function scoreFault(
  { fault, target, at, step, problem }: Injection,
  { changes, commits }: RunTimeline,
  later: readonly Injection[],
  completed: boolean,
): FaultScore {
  const { kind } = fault;
  if (at === null) {
    const none = {
      step: null,
      seconds: null,
      detect_ms: null,
      reform_ms: null,
      first_commit_ms: null,
      whole_again_ms: null,
    };
    return {
      kind,
      target,
      ...none,
      longest_pause_ms: null,
      steps_lost: 0,
      went_on: false,
      noticed: problem ?? runOver,
    };
  }
  const until = later.find((each) => each.at !== null)?.at ?? Number.POSITIVE_INFINITY;
  const losses = changes.filter(
    ({ detectedAt, left, continues }) =>
      detectedAt !== null && detectedAt >= at && detectedAt < until && (left.length > 0 || !continues),
  );
  const loss: MembershipChange | undefined = losses[0];
  const after = commits.filter((commit) => commit.at > at);
  const since = (moment: number | null | undefined) => (moment == null ? null : moment - at);
  return {
    kind,
    target,
    step,
    seconds: commits[0] ? (at - commits[0].at) / 1000 : null,
    detect_ms: since(loss?.detectedAt),
    reform_ms: since(loss?.reformedAt),
    first_commit_ms: since(after.find((commit) => commit.at >= (loss?.reformedAt ?? at))?.at),
    whole_again_ms: since(loss && wholeAgain(changes, loss, until)),
    longest_pause_ms: longestPause(commits, at, until),
    steps_lost: losses.reduce((sum, { stepsLost }) => sum + stepsLost, 0),
    went_on: after.length > 0 || completed,
    noticed: loss?.reason ?? 'no member was lost',
  };
}

/** When a membership as large as that before the loss was stored. */
function wholeAgain(changes: readonly MembershipChange[], loss: MembershipChange, until: number): number | null {
  const size = loss.workers.length - loss.joined.length + loss.left.length;
  const later = changes.slice(changes.indexOf(loss));
  return later.find(({ workers, reformedAt }) => workers.length >= size && reformedAt < until)?.reformedAt ?? null;
}

/** The longest time between two commits that follow each other, of those that end after `from` and begin before `until`; what comes later is the next fault's. */
function longestPause(commits: readonly Commit[], from: number, until: number): number | null {
  const pauses = commits.flatMap((commit, index) => {
    const before = commits[index - 1];
    return before && commit.at > from && before.at < until ? [Math.min(commit.at, until) - before.at] : [];
  });
  return pauses.length > 0 ? Math.max(...pauses) : null;
}
