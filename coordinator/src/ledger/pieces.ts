import { createHash } from 'node:crypto';
import { AuseqError } from '@auseq/proto/errors';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import { ledgerJson, parseLedgerJson } from '@auseq/proto/ledger-json';

/** Some consecutive steps of one incarnation, an object of its own. */
export interface Piece {
  readonly firstStep: number;
  readonly lastStep: number;
  readonly incarnation: number;
}

const digits = 8;
const name = /^(\d{8,})-(\d{8,})(?:-i(\d+))?\.ndjson$/;

export const ledgerFolder = (run: string) => `runs/${run}/ledger/`;

/** `runs/RUN/ledger/FIRST-LAST.ndjson`, after a rollback with `-iN`. */
export function pieceKey(run: string, { firstStep, lastStep, incarnation }: Piece): string {
  const pad = (step: number) => String(step).padStart(digits, '0');
  const suffix = incarnation === 0 ? '' : `-i${incarnation}`;
  return `${ledgerFolder(run)}${pad(firstStep)}-${pad(lastStep)}${suffix}.ndjson`;
}

/** Null for an object that is no piece. */
export function parsePieceKey(run: string, key: string): Piece | null {
  const match = name.exec(key.slice(ledgerFolder(run).length));
  if (!key.startsWith(ledgerFolder(run)) || !match) return null;
  return { firstStep: Number(match[1]), lastStep: Number(match[2]), incarnation: Number(match[3] ?? 0) };
}

/** One JSON object a line, and a last one with their number and SHA-256, so that a changed piece is noticed. */
export function encodePiece(lines: readonly LedgerLine[]): Uint8Array {
  const text = lines.map((line) => `${JSON.stringify(ledgerJson(line))}\n`).join('');
  return Buffer.from(`${text}${JSON.stringify({ lines: lines.length, sha256: sha256(text) })}\n`);
}

/** Throws AU_LEDGER_BROKEN where the piece is not as it was written. */
export function decodePiece(key: string, bytes: Uint8Array): LedgerLine[] {
  const text = Buffer.from(bytes).toString('utf8');
  const seal = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, seal);
  if (text.slice(seal) !== `${JSON.stringify({ lines: body.split('\n').length - 1, sha256: sha256(body) })}\n`)
    throw brokenPiece(key);
  return body
    .split('\n')
    .slice(0, -1)
    .map((line) => parseLedgerJson(JSON.parse(line), key));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function brokenPiece(key: string): AuseqError {
  return new AuseqError('AU_LEDGER_BROKEN', {
    what: `${key} is not what the coordinator wrote`,
    why: 'its last line names the number and the SHA-256 of the lines before it, and they are others',
    try: 'restore the object from a copy of the store',
    where: key,
  });
}
