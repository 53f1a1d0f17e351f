import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@auseq/infra/store/open-store';
import { AuseqError } from '@auseq/proto/errors';
import { openLeftSpool } from './checkpoint-spool.js';
import { impatient } from './impatient-store.js';
import { spoolRoot } from './spool-folder.js';
import { type UploadOutcome, uploadSpooled } from './upload-spooled.js';

export interface PushedCheckpoint {
  readonly step: number;
  readonly outcome: UploadOutcome;
  readonly folder: string;
}

const stallMs = 60_000;
const spoolName = /^(.+)-[0-9a-f]{8}$/;

/**
 * Brings what processes of a run left on this machine into the store that the run wrote to, oldest first. Throws
 * AU_CHECKPOINT_NOT_FOUND where nothing waits, and what the store throws; what was not sent stays.
 */
export async function pushSpooled(run: string, signal: AbortSignal): Promise<PushedCheckpoint[]> {
  const root = spoolRoot();
  const names = await readdir(root).catch(() => []);
  const pushed: PushedCheckpoint[] = [];
  for (const name of names.filter((each) => spoolName.exec(each)?.[1] === run)) {
    const folder = join(root, name);
    const { spool, storeUrl } = await openLeftSpool(folder);
    const store = impatient(
      await openStore(storeUrl, AbortSignal.any([signal, AbortSignal.timeout(stallMs)])),
      stallMs,
    );
    for (const manifest of await spool.pending()) {
      signal.throwIfAborted();
      pushed.push({ step: manifest.step, outcome: await uploadSpooled(spool, store, manifest), folder });
    }
  }
  if (pushed.length > 0) return pushed;
  throw new AuseqError('AU_CHECKPOINT_NOT_FOUND', {
    what: `nothing of run ${run} waits on this machine`,
    why: `${root} holds no checkpoint of it`,
    try: `auseq checkpoints list ${run}`,
    where: run,
  });
}
