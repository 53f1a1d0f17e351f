import { setTimeout as pause } from 'node:timers/promises';
import { createTurns } from '@auseq/infra/runtime/in-turn';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError, type SerialisedError } from '@auseq/proto/errors';
import { type CheckpointManifest, isEpochEnd, planRetention, type RetentionRule } from './checkpoint-layout.js';
import type { PartShare } from './checkpoint-parts.js';
import type { CheckpointSpool } from './checkpoint-spool.js';
import { impatient } from './impatient-store.js';
import { storedSteps } from './retain-checkpoints.js';
import { shareCheckpoint } from './share-checkpoint.js';
import type { TrainingState } from './state-digest.js';
import { type UploadOutcome, uploadSpooled } from './upload-spooled.js';
import { writeCheckpoint } from './write-checkpoint.js';

/** What happens beside the writing; for the log and the events of the run. */
export type KeeperNotice =
  | { readonly kind: 'left'; readonly outcome: UploadOutcome | 'unwanted'; readonly manifest: CheckpointManifest }
  | { readonly kind: 'dropped'; readonly steps: readonly number[]; readonly folder: string }
  /** The store does not take checkpoints now; said once for each kind of trouble. */
  | { readonly kind: 'trouble'; readonly error: SerialisedError };

export interface KeeperOptions {
  readonly run: string;
  readonly openStore: (signal?: AbortSignal) => Promise<ObjectStore>;
  /** Null: a checkpoint that the store cannot take is lost. */
  readonly spool: CheckpointSpool | null;
  readonly rule: RetentionRule;
  readonly tell: (notice: KeeperNotice) => void;
  /** Standing still for so long is a failure: of the first attempt, and of those that catch up. */
  readonly stallMs?: { readonly direct: number; readonly catchUp: number };
  readonly backoffMs?: { readonly first: number; readonly longest: number };
}

export interface WrittenCheckpoint {
  readonly manifest: CheckpointManifest;
  /** It is on the local disk; a notice follows when it has reached the store. */
  readonly spooled: boolean;
  /** Parts that this member wrote; the others were there. */
  readonly wrote: number;
}

export interface CheckpointKeeper {
  /**
   * Resolves when the checkpoint is whole in the store, or (`spooled`) on the local disk. It may be called while another write
   * is still on its way. Throws what both places threw.
   */
  write(
    state: TrainingState,
    provenance: Readonly<Record<string, string>>,
    members: number,
  ): Promise<WrittenCheckpoint>;
  /** Writes the share of a member that is not the writer, straight to the store. Returns the number of parts; throws what the store throws. */
  share(state: TrainingState, share: PartShare): Promise<number>;
  /** Begins with what an earlier process left behind. */
  start(): Promise<void>;
  /** Waits until nothing waits. Throws AU_CHECKPOINT_SPOOLED after `deadlineMs`, with the folder. */
  settle(deadlineMs: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Puts checkpoints into the store, and where it is away, slow or full into the spool, from which one upload at a time catches up in
 * the order of steps. A healthy store gets each checkpoint at once and nothing is written twice; while something waits or is
 * still on its way, what is new waits behind it, so that a slow store holds nobody up.
 */
export function createCheckpointKeeper(options: KeeperOptions): CheckpointKeeper {
  const { run, spool, rule, tell } = options;
  const { direct: directMs, catchUp: catchUpMs } = options.stallMs ?? { direct: 10_000, catchUp: 60_000 };
  const { first, longest } = options.backoffMs ?? { first: 1_000, longest: 30_000 };
  const end = new AbortController();
  let trouble: AuseqError | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  /** To the store goes one checkpoint at a time. */
  const uploads = createTurns();
  const adds = createTurns();

  const open = (stallMs: number) => options.openStore(AbortSignal.timeout(stallMs));
  const inTrouble = (error: unknown) => {
    const coded = AuseqError.from(error);
    if (coded.code !== trouble?.code) tell({ kind: 'trouble', error: coded.toJSON() });
    trouble = coded;
  };

  const direct = async (state: TrainingState, provenance: Readonly<Record<string, string>>, members: number) => {
    const store = impatient(await open(directMs), directMs);
    const written = await writeCheckpoint(store, run, state, provenance, { members, signal: end.signal });
    trouble = null;
    return { ...written, spooled: false };
  };

  const later = async (into: CheckpointSpool, state: TrainingState, provenance: Readonly<Record<string, string>>) => {
    const { manifest, dropped } = await adds.run(() => into.add(state, provenance));
    if (dropped.length > 0) tell({ kind: 'dropped', steps: dropped, folder: into.folder });
    kick();
    return { manifest, spooled: true, wrote: manifest.parts.length };
  };

  const uploadFirst = async (from: CheckpointSpool) => {
    const store = await open(catchUpMs);
    const stored = await storedSteps(store, run, AbortSignal.timeout(catchUpMs));
    const waiting = await from.pending(); // a slow store took its time: what waits now says what is still wanted
    const [manifest] = waiting;
    if (!manifest) return;
    const steps = [...new Set([...stored, ...waiting.map(({ step }) => step)])];
    const unwanted = planRetention(steps, rule.keep, (step) => isEpochEnd(rule, step)).includes(manifest.step);
    if (unwanted) await from.remove(manifest.step);
    const outcome = unwanted ? 'unwanted' : await uploadSpooled(from, impatient(store, catchUpMs), manifest);
    trouble = null;
    tell({ kind: 'left', outcome, manifest });
  };

  const catchUp = async (from: CheckpointSpool) => {
    let delayMs = first;
    while (!end.signal.aborted) {
      try {
        if ((await from.pending()).length === 0) return;
        await uploads.run(() => uploadFirst(from));
        delayMs = first;
      } catch (error) {
        inTrouble(error);
        await pause(delayMs, undefined, { signal: end.signal }).catch(() => {});
        delayMs = Math.min(longest, 2 * delayMs);
      }
    }
  };

  const either = async <T>(one: () => Promise<T>, other: () => Promise<T>): Promise<T> => {
    try {
      return await one();
    } catch (error) {
      inTrouble(error);
      return other().catch((second: unknown) => {
        throw bothFailed(AuseqError.from(error), AuseqError.from(second));
      });
    }
  };

  const kick = () => {
    if (!spool) return;
    again = true;
    running ??= (async () => {
      while (again) {
        again = false;
        await catchUp(spool);
      }
      running = null;
    })();
  };

  return {
    async start() {
      if (spool) await adds.run(() => spool.sweep()).catch(inTrouble);
      kick();
    },
    async write(state, provenance, members) {
      const toStore = () => direct(state, provenance, members);
      if (!spool) return uploads.run(toStore);
      const toDisk = () => later(spool, state, provenance);
      const waiting = await spool.pending().catch(() => []);
      const isBehind = waiting.length > 0 || uploads.count() > 0;
      return isBehind ? either(toDisk, () => uploads.run(toStore)) : uploads.run(() => either(toStore, toDisk));
    },
    async share(state, share) {
      return shareCheckpoint(impatient(await open(directMs), directMs), run, state, share, end.signal);
    },
    async settle(deadlineMs) {
      kick();
      await Promise.race([running, pause(deadlineMs, undefined, { signal: end.signal }).catch(() => {})]);
      const waiting = await (spool?.pending() ?? []);
      if (spool && waiting.length > 0) throw leftBehind(run, spool.folder, waiting, trouble);
    },
    async close() {
      end.abort();
      await running;
    },
  };
}

function bothFailed(error: AuseqError, second: AuseqError): AuseqError {
  const disk = [error, second].find(({ code }) => code === 'AU_DISK_FULL') ?? second;
  const store = disk === error ? second : error;
  return new AuseqError(disk.code, {
    what: `a checkpoint could be written neither to the store nor to the local disk: ${disk.what}`,
    why: `${disk.why}; the store: ${store.what}: ${store.why}`,
    try: disk.hint,
    cause: store,
  });
}

function leftBehind(run: string, folder: string, waiting: readonly CheckpointManifest[], trouble: AuseqError | null) {
  const steps = waiting.map(({ step }) => step).join(', ');
  return new AuseqError('AU_CHECKPOINT_SPOOLED', {
    what: `checkpoints of run ${run} have not reached the store (step ${steps}); they wait in ${folder}`,
    why: trouble ? `${trouble.what}: ${trouble.why} [${trouble.code}]` : 'the store took too long',
    try: `when the store is back, on this machine: auseq checkpoints push ${run}, then auseq runs resume ${run}`,
    where: run,
    ...(trouble ? { cause: trouble } : {}),
  });
}
