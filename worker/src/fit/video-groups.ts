import { createHash } from 'node:crypto';
import type { DatasetManifest, SequenceEntry } from '../data/types.js';

/** Sequences that show the same head, so that they share one shape. */
export interface VideoGroup {
  readonly id: string;
  readonly sequences: readonly SequenceEntry[];
  /** The sequences the shape is fitted to: those of the train split, or all where the video has none. */
  readonly fitted: readonly SequenceEntry[];
}

/** Groups a data set by video, in id order: an Aff-Wild2 video is the parent folder of its segments, a MEAD clip stands alone. */
export function videoGroups(manifest: DatasetManifest): VideoGroup[] {
  const groups = new Map<string, SequenceEntry[]>();
  for (const sequence of manifest.sequences) {
    const id = sequence.source === 'affwild2' ? sequence.id.slice(0, sequence.id.lastIndexOf('/')) : sequence.id;
    const members = groups.get(id);
    if (members) members.push(sequence);
    else groups.set(id, [sequence]);
  }
  return [...groups].map(([id, sequences]) => {
    const train = sequences.filter(({ split }) => split === 'train');
    return { id, sequences, fitted: train.length > 0 ? train : sequences };
  });
}

/** Name of a group's cached fit: changes with any of its files, a split, the head, or the fit's own version. */
export function groupKey(group: VideoGroup, assetsSha256: string, fitVersion: number): string {
  const hash = createHash('sha256').update(`${fitVersion} ${assetsSha256}\n`);
  for (const { id, split, sha256 } of group.sequences) hash.update(`${id} ${split} ${sha256}\n`);
  return hash.digest('hex');
}

/** At most `limit` of `count` indices, spread evenly. */
export function spreadIndices(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: limit }, (_, i) => Math.floor(((i + 0.5) * count) / limit));
}
