import { AuseqError } from './errors.js';
import type { LedgerLine } from './gen/auseq/v1/auseq.js';

/** A ledger line as scripts and the object store see it: stable names, every field there. */
export function ledgerJson(line: LedgerLine) {
  return {
    step: line.step,
    generation: line.generation,
    incarnation: line.incarnation,
    rolled_back: line.rolledBack,
    leaf: line.leaf,
    index: line.index,
    epoch: line.epoch,
    position: line.position,
    sequence: line.sequence,
    copy: line.copy,
    centre: line.centre,
    content_hash: line.contentHash,
  };
}

/** The way back from JSON; `where` names the object it stood in. Throws AU_LEDGER_BROKEN. */
export function parseLedgerJson(value: unknown, where: string): LedgerLine {
  const fields = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const number = (name: string): number => {
    const found = fields[name];
    if (typeof found === 'number' && Number.isSafeInteger(found) && found >= 0) return found;
    throw brokenLine(where, `${name} is no whole number`);
  };
  const text = (name: string): string => {
    const found = fields[name];
    if (typeof found === 'string') return found;
    throw brokenLine(where, `${name} is no text`);
  };
  return {
    step: number('step'),
    generation: number('generation'),
    incarnation: number('incarnation'),
    rolledBack: fields.rolled_back === true,
    leaf: number('leaf'),
    index: number('index'),
    epoch: number('epoch'),
    position: number('position'),
    sequence: text('sequence'),
    copy: number('copy'),
    centre: number('centre'),
    contentHash: text('content_hash'),
  };
}

function brokenLine(where: string, why: string): AuseqError {
  return new AuseqError('AU_LEDGER_BROKEN', {
    what: 'a line of the ledger cannot be read',
    why,
    try: 'compare with the records in JetStream: auseq runs ledger RUN --verify',
    where,
  });
}
