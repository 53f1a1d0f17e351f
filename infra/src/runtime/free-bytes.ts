import { statfs } from 'node:fs/promises';
import { AuseqError } from '@auseq/proto/errors';

/** Bytes that this user may still write on the disk of an existing folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Throws AU_DISK_FULL where the disk of `folder` has less than `needed` bytes left. */
export async function requireFreeBytes(
  folder: string,
  needed: number,
  purpose: string,
  free: (folder: string) => Promise<number> = freeBytes,
): Promise<void> {
  const left = await free(folder);
  if (left >= needed) return;
  const mb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new AuseqError('AU_DISK_FULL', {
    what: `the disk of ${folder} is too full for ${purpose}`,
    why: `${mb(needed)} are needed and ${mb(left)} are free`,
    try: 'free space there, or set AUSEQ_HOME to a bigger disk',
  });
}
