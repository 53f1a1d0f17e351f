import { AuseqError } from '@auseq/proto/errors';

/** Where a reader is: the file for its messages, and how far it has come. */
export interface Place {
  readonly path: string;
  readonly offset: number;
}

/** AU_FILE_FORMAT: what a file is expected to hold, and what stands there instead. */
export function fileFormatError({ path, offset }: Place, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_FILE_FORMAT', {
    what: `cannot read ${path}`,
    why: `at byte ${offset}: ${why}`,
    try: 'check that the file is whole (its size, its checksum) and of the kind its name says',
    cause,
  });
}
