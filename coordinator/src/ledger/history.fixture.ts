import { createHash } from 'node:crypto';
import type { StoredRecord } from '@auseq/infra/history/run-history';
import type { DrawRecord } from '@auseq/proto/draw-record';
import type { CommitRecord, GenerationRecord } from '@auseq/proto/run-records';

export interface RunShape {
  readonly leaves: number;
  readonly batchSize: number;
  /** Draws of an epoch. */
  readonly epochLength: number;
}

/** What happens to a run: a committed step, a membership that loses nothing, or one that goes back so many steps. */
export type Happening = 'step' | 'join' | { readonly back: number };

const run = 'trial';
const time = '2030-01-01T00:00:00.000Z';

/** Draw number `used` of the endless list: each epoch uses the same pairs of sequence and copy in another order. */
export function drawNumber(used: number, epochLength: number): DrawRecord {
  const [epoch, position] = [Math.floor(used / epochLength), used % epochLength];
  const use = (position + 7 * epoch) % epochLength;
  const draw = { epoch, position, sequence: `clip/${use >> 1}`, copy: use & 1, centre: 1 + ((use + epoch) % 4) };
  const contentHash = createHash('sha256').update(`${draw.sequence} ${draw.centre}`).digest('hex');
  return { draw, contentHash };
}

export function commit(step: number, generation: number, shape: RunShape): CommitRecord {
  const { leaves, batchSize, epochLength } = shape;
  const first = (step - 1) * leaves * batchSize;
  const leaf = (_: unknown, at: number) =>
    Array.from({ length: batchSize }, (_, index) => drawNumber(first + at * batchSize + index, epochLength));
  return {
    ...{
      type: 'commit',
      run,
      generation,
      members: ['worker-0'],
      late: [0],
      step,
      totalSteps: 1000,
      digest: `digest of ${step}`,
      losses: { total: 1 },
    },
    ...{ leaves: Array.from({ length: leaves }, leaf), sequences: leaves * batchSize, seconds: 1, drain: false, time },
  };
}

export function generation(number: number, baseStep: number): GenerationRecord {
  return {
    ...{ type: 'generation', run, generation: number, members: ['worker-0'], baseStep, time },
    ...{ continues: true, unhealed: [], baseDigest: null, baseDrain: false, reason: 'a test' },
  };
}

/** The records of a run from its first membership on, and the last step that counts in the end. */
export function history(happenings: readonly Happening[], shape: RunShape): { stored: StoredRecord[]; last: number } {
  const records: (CommitRecord | GenerationRecord)[] = [generation(1, 0)];
  let [members, last] = [1, 0];
  for (const each of happenings) {
    if (each === 'step') records.push(commit(++last, members, shape));
    else {
      if (each !== 'join') last = Math.max(0, last - each.back);
      records.push(generation(++members, last));
    }
  }
  return { stored: records.map((record, index) => ({ sequence: 3 * index + 5, record })), last };
}
