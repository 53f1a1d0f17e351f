/** What is known of one frame of a sequence; `problem` null = usable. */
export interface CheckedFrame {
  readonly stem: string;
  readonly problem: string | null;
}

export interface UsableFrames {
  readonly frames: readonly string[];
  readonly reasons: readonly string[];
}

/** The smallest sample is 3 consecutive frames; a run with a longer window leaves out what is too short for it. */
export const shortestSequence = 3;

/**
 * The longest run of consecutive usable frames (the first of equals) and why the others are left out: a folder is one
 * sequence, so it cannot be cut into two. Numbered stems must follow each other at the folder's own stride.
 */
export function decideUsableFrames(frames: readonly CheckedFrame[]): UsableFrames {
  const reasons = frames.flatMap(({ stem, problem }) => (problem === null ? [] : [`${stem}: ${problem}`]));
  const runs = runsOf(frames);
  const best = runs.reduce<readonly string[]>((longest, run) => (run.length > longest.length ? run : longest), []);
  for (const run of runs) {
    if (run === best || run.length === 0) continue;
    const last = run.at(-1)!;
    reasons.push(`${run[0]}${run.length > 1 ? `..${last}` : ''}: cut off from the longest run of consecutive frames`);
  }
  if (best.length >= shortestSequence) return { frames: best, reasons };
  const why = frames.length === 0 ? 'no frames' : `only ${best.length} consecutive usable frames of ${frames.length}`;
  return { frames: [], reasons: [...reasons, `${why}: a sample needs ${shortestSequence}`] };
}

function runsOf(frames: readonly CheckedFrame[]): string[][] {
  const stride = strideOf(frames);
  const runs: string[][] = [[]];
  let before: number | null = null;
  for (const { stem, problem } of frames) {
    const number = numberOf(stem);
    const follows = before === null || number === null || number - before === stride;
    if (!follows) runs.push([]);
    if (problem === null) runs.at(-1)!.push(stem);
    else runs.push([]);
    before = number;
  }
  return runs.filter((run) => run.length > 0);
}

function strideOf(frames: readonly CheckedFrame[]): number {
  const numbers = frames.map(({ stem }) => numberOf(stem));
  const steps = numbers.slice(1).map((number, i) => (number ?? Number.NaN) - (numbers[i] ?? Number.NaN));
  return Math.min(...steps.filter((step) => step > 0), Number.POSITIVE_INFINITY);
}

function numberOf(stem: string): number | null {
  const digits = /(\d+)$/.exec(stem)?.[1];
  return digits === undefined ? null : Number(digits);
}
