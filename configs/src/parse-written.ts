import { AuseqError } from '@auseq/proto/errors';
import { LineCounter, parseDocument } from 'yaml';
import type { Override } from './overrides.js';
import type { WrittenConfig } from './positions.js';

/** Parses what a person wrote, with the places of its values. Throws AU_CONFIG_SYNTAX with line and column. */
export function parseWritten(name: string, text: string, overrides: readonly Override[]): WrittenConfig {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = doc.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new AuseqError('AU_CONFIG_SYNTAX', {
      what: `${name} is no valid YAML`,
      why: error.message,
      try: `correct line ${line}`,
      where: `${name}:${line}:${col}`,
    });
  }
  return { name, doc, lines, overrides };
}
