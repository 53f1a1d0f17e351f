import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The per-user folder that setup fills and all clones share: AUSEQ_HOME, or ~/.cache/auseq. */
export function auseqHome(): string {
  return resolve(process.env.AUSEQ_HOME || join(homedir(), '.cache', 'auseq'));
}
