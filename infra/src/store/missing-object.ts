import { AuseqError } from '@auseq/proto/errors';

/** For `store.get(key).catch(nullIfMissing)`: what is not there is null, anything else is still thrown. */
export function nullIfMissing(error: unknown): null {
  if (error instanceof AuseqError && error.code === 'AU_OBJECT_NOT_FOUND') return null;
  throw error;
}
