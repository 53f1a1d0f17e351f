import type { Split } from './types.js';
import { shortestSequence } from './usable-frames.js';

/** Frames `start` up to, not including, `end` of a clip. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly split: Split;
}

export interface Segments {
  readonly segments: readonly Segment[];
  readonly skipped: readonly { frames: string; reason: string }[];
}

/** Samples stay inside their part whatever the window; two frames between keep the parts' faces from being all but the same. */
const gap = 2;

/**
 * Cuts a clip into runs of consecutive usable frames (`problems[i]` null = usable) and keeps its last part of `holdout`
 * (0..1) for validation.
 */
export function decideSegments(problems: readonly (string | null)[], holdout: number): Segments {
  const border = problems.length - Math.round(problems.length * holdout);
  const trainEnd = border < problems.length ? border - gap : border;
  const skipped = badFrames(problems);
  const segments: Segment[] = [];
  for (const [start, end] of usableRuns(problems)) {
    const parts: Segment[] = [
      { start, end: Math.min(end, trainEnd), split: 'train' },
      { start: Math.max(start, border), end, split: 'val' },
    ];
    for (const part of parts) {
      const length = part.end - part.start;
      if (length >= shortestSequence) segments.push(part);
      else if (length > 0) skipped.push({ frames: span(part.start, part.end), reason: tooShort(length) });
    }
  }
  if (problems.length === 0) skipped.push({ frames: 'all', reason: 'the video has no frames' });
  return { segments, skipped };
}

const tooShort = (length: number): string =>
  `${length} consecutive frame${length === 1 ? '' : 's'} with one face: a sample needs ${shortestSequence}`;

/** Neighbours with the same reason are named together. */
function badFrames(problems: readonly (string | null)[]): { frames: string; reason: string }[] {
  const bad: { frames: string; reason: string }[] = [];
  for (let start = 0; start < problems.length; ) {
    const reason = problems[start]!;
    let end = start + 1;
    while (end < problems.length && problems[end] === reason) end += 1;
    if (reason !== null) bad.push({ frames: span(start, end), reason });
    start = end;
  }
  return bad;
}

function usableRuns(problems: readonly (string | null)[]): [number, number][] {
  const runs: [number, number][] = [];
  for (let start = 0; start < problems.length; ) {
    let end = start;
    while (end < problems.length && problems[end] === null) end += 1;
    if (end > start) runs.push([start, end]);
    start = end + 1;
  }
  return runs;
}

const span = (start: number, end: number): string => (end - start === 1 ? `${start}` : `${start}..${end - 1}`);
