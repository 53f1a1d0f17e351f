import { createHash } from 'node:crypto';
import type { LedgerLine } from './gen/auseq/v1/auseq.js';

/**
 * Passes lines of a ledger on and digests the draws that count: SHA-256 over their steps, places in the list and what was
 * read. Equal for two runs that took the same samples, whoever took them; `digest` is asked once, after the last line.
 */
export function drawsDigest(lines: AsyncIterable<LedgerLine>): {
  readonly lines: AsyncIterable<LedgerLine>;
  readonly digest: () => string;
} {
  const hash = createHash('sha256');
  const pass = async function* () {
    for await (const line of lines) {
      const { step, leaf, index, epoch, position, sequence, copy, centre, contentHash } = line;
      const draw = [step, leaf, index, epoch, position, sequence, copy, centre, contentHash];
      if (!line.rolledBack) hash.update(`${JSON.stringify(draw)}\n`);
      yield line;
    }
  };
  return { lines: pass(), digest: () => hash.digest('hex') };
}
