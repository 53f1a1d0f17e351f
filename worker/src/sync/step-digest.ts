import { createHash } from 'node:crypto';

/**
 * What a member votes with: SHA-256 over the step, the checksum of the state it starts from and, in leaf order,
 * every contribution byte by byte (PROTOCOL 8). Equal votes mean an equal update.
 */
export function stepDigest(step: number, baseChecksum: string, contributions: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(`${step}\0${baseChecksum}\0`);
  for (const bytes of contributions) hash.update(`${bytes.byteLength}\0`).update(bytes);
  return hash.digest('hex');
}
