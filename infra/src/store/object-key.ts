import { AuseqError } from '@auseq/proto/errors';

const longestKey = 1024;
/** Names that the folder store keeps its unfinished objects under. */
export const partsFolder = '.parts';

/** Refuses keys that are not plain relative paths (AU_STORE_KEY): no empty, `.` or `..` segment, no backslash or control character. */
export function checkKey(key: string): void {
  const why = keyFault(key);
  if (why) {
    throw new AuseqError('AU_STORE_KEY', {
      what: `${JSON.stringify(key)} cannot be the key of an object`,
      why,
      try: 'use segments of letters, digits, "-", "_" and "." joined by single slashes',
    });
  }
}

/** A prefix is the beginning of some key: it may end inside a segment or with a slash, or be empty. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? `${prefix}x` : prefix);
}

function keyFault(key: string): string | null {
  if (key === '') return 'it is empty';
  if (Buffer.byteLength(key) > longestKey) return `it is longer than ${longestKey} bytes`;
  if (key.startsWith('/')) return 'it is an absolute path';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  if (/[\\\u0000-\u001f\u007f]/.test(key)) return 'it holds a backslash or a control character';
  const segments = key.split('/');
  if (segments.includes('')) return 'it holds an empty segment';
  if (segments.includes('.') || segments.includes('..')) return 'it holds a "." or ".." segment';
  if (segments.some((segment) => Buffer.byteLength(segment) > 255)) return 'a segment is longer than 255 bytes';
  if (segments[0] === partsFolder) return `"${partsFolder}" is kept for unfinished objects`;
  return null;
}

/** The order of keys in listings: by UTF-8 bytes, as S3 has it. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
