import { createHash } from 'node:crypto';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { writeSafetensors } from '../model/safetensors.js';
import { type CheckpointPart, partKey, planParts } from './checkpoint-layout.js';
import type { TrainingState } from './state-digest.js';

/** Which of the parts of a checkpoint a member writes: every `members`th, beginning with `rank`; rank 0 also the manifest. */
export interface PartShare {
  readonly rank: number;
  readonly members: number;
}

export interface PackedPart {
  readonly index: number;
  readonly part: CheckpointPart;
  readonly data: Uint8Array;
}

/** Packs the parts of a state whose index `wanted` takes, one at a time; the same state has the same parts on every member. */
export function* packParts(
  run: string,
  { snapshot }: TrainingState,
  wanted: (index: number) => boolean,
): Generator<PackedPart> {
  for (const [index, arrays] of planParts(snapshot.arrays).entries()) {
    if (!wanted(index)) continue;
    const data = writeSafetensors(arrays);
    const sha256 = createHash('sha256').update(data).digest('hex');
    const key = partKey(run, snapshot.step, index, sha256);
    yield { index, part: { key, sha256, bytes: data.byteLength }, data };
  }
}

/** True where the part is stored: its name carries its content, and an object appears whole or not at all. */
export async function isStored(
  store: Pick<ObjectStore, 'stat'>,
  { key, bytes }: CheckpointPart,
  signal?: AbortSignal,
): Promise<boolean> {
  return (await store.stat(key, signal))?.bytes === bytes;
}
