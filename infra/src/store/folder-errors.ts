import { AuseqError } from '@auseq/proto/errors';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

export function objectNotFound(key: string, url: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_OBJECT_NOT_FOUND', {
    what: `there is no object ${key}`,
    why: `the store ${url} does not hold it`,
    try: 'check the run name and the step, or list the objects of the run',
    cause,
  });
}

/** Turns what the file system said into a coded error; an abort stays what it was. */
export function folderFailure(verb: string, key: string, url: string, error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof AuseqError) return error;
  if (signal?.aborted) return signal.reason;
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) return error;
  const code = codeOf(error);
  if (verb === 'read' && (isMissing(error) || code === 'EISDIR')) return objectNotFound(key, url, error);
  if (code === '') return error;
  if (verb === 'write' && ['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].includes(code)) return keyTaken(key, url, error);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const refused = ['EACCES', 'EPERM', 'EROFS'].includes(code);
  return new AuseqError(full ? 'AU_STORE_FULL' : refused ? 'AU_STORE_REFUSED' : 'AU_STORE_UNREACHABLE', {
    what: `cannot ${verb} ${key || 'the folder'} in the store ${url}`,
    why: error instanceof Error ? error.message : String(error),
    try: full
      ? 'free space on that disk, then resume'
      : 'check that the folder exists and that this user may read and write it',
    cause: error,
  });
}

/** A file system has no name that is an object and a folder of objects at once; an S3 server may. */
function keyTaken(key: string, url: string, cause: unknown): AuseqError {
  return new AuseqError('AU_STORE_KEY', {
    what: `cannot write ${key} in the store ${url}`,
    why: 'a part of the key is an object already, or the key is a folder of objects',
    try: 'choose another key',
    cause,
  });
}
