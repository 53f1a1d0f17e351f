import { AuseqError } from '@auseq/proto/errors';
import { objectNotFound } from './folder-errors.js';

/** Carries what a caller's data source threw out of an upload; callers get the cause. */
export class SourceFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('the source of the data failed');
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function isNoSuchKey(error: unknown): boolean {
  return ['NoSuchKey', 'NotFound'].includes(codeOf(error));
}

/** Answers of a store that is there and will not serve us: waiting does not help. */
const refusals = ['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'NoSuchBucket', 'AccountProblem'];

/** Turns what the server or the network said into a coded error; an abort stays what it was. */
export function s3Failure(verb: string, key: string, url: string, error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof AuseqError) return error;
  if (error instanceof SourceFailure) return error.cause;
  if (signal?.aborted) return signal.reason;
  if (isNoSuchKey(error)) return objectNotFound(key, url, error);
  const code = codeOf(error);
  const full = code === 'XMinioStorageFull';
  const refused = refusals.includes(code);
  return new AuseqError(full ? 'AU_STORE_FULL' : refused ? 'AU_STORE_REFUSED' : 'AU_STORE_UNREACHABLE', {
    what: `cannot ${verb} ${key || 'the bucket'} in the store ${url}`,
    why: reasonOf(code, error),
    try: full
      ? 'free space on the disks of the store, then resume'
      : 'check the endpoint, that the server runs, and the credentials',
    cause: error,
  });
}

function reasonOf(code: string, error: unknown): string {
  const text =
    error instanceof AggregateError
      ? error.errors.map(String).join('; ')
      : error instanceof Error
        ? error.message
        : String(error);
  return [code, text].filter((part) => part !== '').join(': ') || 'the server gave no reason';
}
