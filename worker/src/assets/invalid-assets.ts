import { AuseqError } from '@auseq/proto/errors';

/** AU_ASSETS_INVALID for a file of an assets folder. */
export function invalidAssets(path: string, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_ASSETS_INVALID', {
    what: `assets cannot be used: ${path}`,
    why,
    try: 'make them again: auseq assets synth --out DIR',
    cause,
  });
}
