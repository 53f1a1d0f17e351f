import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { atExit } from './clean-exit.mjs';
import { SetupError } from './setup-error.mjs';

/** The per-user folder that all clones share. */
export function auseqHome() {
  return path.resolve(process.env.AUSEQ_HOME || path.join(os.homedir(), '.cache', 'auseq'));
}

/** Makes the cache folder; an unwritable one is said before anything is downloaded. */
export function prepareCache() {
  const home = auseqHome();
  const probe = path.join(home, `.probe-${process.pid}`);
  try {
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(probe, '');
    fs.rmSync(probe);
  } catch (error) {
    throw new SetupError(
      `the cache folder ${home} cannot be written`,
      error.message,
      'AUSEQ_HOME=/a/folder/of/yours npm run setup',
    );
  }
}

/** Refuses to start what would fill the disk half way. */
export function needDisk(bytes, whatFor) {
  const home = auseqHome();
  const { bavail, bsize } = fs.statfsSync(home);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const gb = (value) => `${(value / 1e9).toFixed(1)} GB`;
  const why = `${whatFor} needs ${gb(bytes)}, and ${gb(free)} are free`;
  throw new SetupError(
    `too little disk space in ${home}`,
    why,
    'free some space, or AUSEQ_HOME=/a/bigger/disk npm run setup',
  );
}

const unfinished = '.unfinished-';
const abandonedAfterMs = 24 * 3600 * 1000;

/**
 * Fills a folder under a temporary name beside its place and renames it: another process sees it whole or not at all.
 * The caller holds the lock of the artefact.
 */
export async function placeFolder(target, fill) {
  const parent = path.dirname(target);
  fs.mkdirSync(parent, { recursive: true });
  removeAbandoned(parent);
  const temporary = fs.mkdtempSync(path.join(parent, unfinished));
  const remove = () => fs.rmSync(temporary, { recursive: true, force: true });
  const forget = atExit(remove);
  try {
    await fill(temporary);
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(temporary, target);
  } finally {
    remove();
    forget();
  }
}

/** What a setup that was killed left behind. */
function removeAbandoned(parent) {
  for (const name of fs.readdirSync(parent)) {
    const folder = path.join(parent, name);
    if (name.startsWith(unfinished) && Date.now() - fs.statSync(folder).mtimeMs > abandonedAfterMs) {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}

export function sha256(...contents) {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content).update('\0');
  return hash.digest('hex');
}
