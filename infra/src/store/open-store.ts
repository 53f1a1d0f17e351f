import { fileURLToPath } from 'node:url';
import { answerFault, faultsOfFile, faultyStore } from './faulty-store.js';
import { openFolderStore } from './folder-store.js';
import type { ObjectStore } from './object-store.js';
import { openS3Store } from './s3-store.js';
import { badStoreUrl, parseS3Url } from './s3-url.js';

/**
 * Opens the store behind a URL: `file:///abs/folder` (made when missing) or
 * `s3://bucket/prefix?endpoint=http://host:port` (bucket made when missing; AUSEQ_S3_ACCESS_KEY and AUSEQ_S3_SECRET_KEY).
 * AUSEQ_STORE_FAULTS=FILE makes it fail on purpose (faulty-store.ts); without that variable no fault is ever made.
 * Throws AU_STORE_UNREACHABLE, AU_STORE_REFUSED, and AU_USAGE for a URL that names no store.
 */
export async function openStore(url: string, signal?: AbortSignal): Promise<ObjectStore> {
  const file = process.env.AUSEQ_STORE_FAULTS;
  return file ? openFaulty(url, file, signal) : openPlain(url, signal);
}

/** A store that is away from the start must be so at `open` too. */
async function openFaulty(url: string, file: string, signal?: AbortSignal): Promise<ObjectStore> {
  const fault = faultsOfFile(file);
  await answerFault(fault({ verb: 'open', key: '', bytes: 0 }), url, signal);
  return faultyStore(await openPlain(url, signal), fault);
}

async function openPlain(url: string, signal?: AbortSignal): Promise<ObjectStore> {
  if (url.startsWith('file:///')) return openFolderStore(folderOf(url));
  if (url.startsWith('s3://')) return openS3Store(url, parseS3Url(url, process.env), signal);
  throw badStoreUrl(url, 'it starts neither with file:/// nor with s3://');
}

function folderOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw badStoreUrl(url, error instanceof Error ? error.message : String(error));
  }
}
