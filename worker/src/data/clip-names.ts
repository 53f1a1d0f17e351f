import { parse } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { sequenceId } from './tree.js';
import type { Source } from './types.js';

/** Where the sequences of one clip go. */
export interface ClipNames {
  /** The id of segment k = 0, 1, ... */
  segment(k: number): string;
  /** Whether a sequence of that id is one of the clip's. */
  owns(id: string): boolean;
}

const word = /^[\w.-]+$/;

/**
 * Names of a clip's segments. Aff-Wild2: `<id>_sequence/1`, `/2`, ... MEAD: id is actor/emotion/level/clip, or an actor alone
 * (neutral/level_1/001 is then added); later segments get `_2`, `_3` behind the clip. Throws AU_USAGE for another form.
 */
export function clipNames(source: Source, id: string): ClipNames {
  const given = id.split('/');
  const parts = source === 'mead' && given.length === 1 ? [id, 'neutral', 'level_1', '001'] : given;
  const expected = source === 'mead' ? 4 : 1;
  if (parts.length !== expected || !parts.every((part) => word.test(part) && !part.startsWith('.')))
    throw new AuseqError('AU_USAGE', {
      what: `"${id}" cannot name a clip`,
      why: source === 'mead' ? 'MEAD clips are actor/emotion/level/clip' : 'Aff-Wild2 clips are one plain name',
      try: `--id ${source === 'mead' ? 'M003/angry/level_1/001' : 'interview'}`,
    });
  if (source === 'affwild2') {
    const prefix = sequenceId(source, `${id}_sequence`, '');
    return { segment: (k) => `${prefix}${k + 1}`, owns: (id) => id.startsWith(prefix) };
  }
  const prefix = sequenceId(source, ...parts);
  return {
    segment: (k) => (k === 0 ? prefix : `${prefix}_${k + 1}`),
    owns: (id) => id === prefix || id.startsWith(`${prefix}_`),
  };
}

/** The file's name without its ending, with what a name cannot hold replaced by `_`. */
export function defaultClipId(video: string): string {
  return parse(video).name.replace(/[^\w-]+/g, '_') || 'clip';
}
