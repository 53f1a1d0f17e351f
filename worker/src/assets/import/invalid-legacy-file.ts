import { AuseqError } from '@auseq/proto/errors';

/** AU_ASSETS_INVALID for a legacy file that is readable but not what its name says. */
export function invalidLegacyFile(path: string, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_ASSETS_INVALID', {
    what: `the legacy file cannot be used: ${path}`,
    why,
    try: 'check that it is the original file, or name another with the flag of its kind (auseq assets import --help)',
    cause,
  });
}
