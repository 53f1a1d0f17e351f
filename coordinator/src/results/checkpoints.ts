import { nullIfMissing } from '@auseq/infra/store/missing-object';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { Checkpoint } from '@auseq/proto/gen/auseq/v1/auseq';

interface Manifest {
  readonly step: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly parts: readonly { readonly key: string; readonly bytes: number }[];
}

const folderOf = (run: string) => `runs/${run}/checkpoints/`;
const digits = 8;

export function manifestKey(run: string, step: number): string {
  return `${folderOf(run)}${String(step).padStart(digits, '0')}/manifest.json`;
}

/**
 * The checkpoints of a run in step order; `complete` means that every part which the manifest names is there in full size.
 * Parts without a manifest are none: one that is being written, or what a writer that died has left. Throws AU_STORE_UNREACHABLE.
 */
export async function listCheckpoints(store: ObjectStore, run: string, signal?: AbortSignal): Promise<Checkpoint[]> {
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(folderOf(run), signal)) sizes.set(key, bytes);
  const steps = new Set([...sizes.keys()].map((key) => Number(key.slice(folderOf(run).length).split('/')[0])));
  const begun = [...steps].filter(Number.isInteger).sort((a, b) => a - b);
  const checkpoints: Checkpoint[] = [];
  for (const step of begun.filter((each) => sizes.has(manifestKey(run, each)))) {
    const key = manifestKey(run, step);
    const bytes = await store.get(key, signal).catch(nullIfMissing);
    if (!bytes) continue; // retention was here meanwhile
    const manifest = parseManifest(bytes);
    const complete = manifest?.parts.every((part) => sizes.get(part.key) === part.bytes) ?? false;
    checkpoints.push({ step, sha256: manifest?.sha256 ?? '', complete, bytes: manifest?.bytes ?? 0, key });
  }
  return checkpoints;
}

export interface CheckpointWish {
  /** Only this step; otherwise the newest. */
  readonly step?: number | undefined;
  /** Only steps before this one. */
  readonly before?: number | undefined;
  /** Keys of manifests that are known to be damaged. */
  readonly damaged?: readonly string[] | undefined;
}

/** The newest whole checkpoint that fits the wish; null where there is none. Throws AU_STORE_UNREACHABLE. */
export async function findCheckpoint(
  store: ObjectStore,
  run: string,
  { step, before = Number.POSITIVE_INFINITY, damaged = [] }: CheckpointWish = {},
): Promise<Checkpoint | null> {
  const fits = (each: Checkpoint) =>
    each.complete && each.step < before && (step === undefined || each.step === step) && !damaged.includes(each.key);
  return (await listCheckpoints(store, run)).filter(fits).at(-1) ?? null;
}

function parseManifest(bytes: Uint8Array): Manifest | null {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Manifest;
    const isPart = (part: unknown) => typeof (part as Manifest['parts'][number] | null)?.key === 'string';
    return Array.isArray(value.parts) && value.parts.every(isPart) ? value : null;
  } catch {
    return null;
  }
}
