import { fileURLToPath } from 'node:url';
import { openFolderStore } from './folder-store.js';
import type { ObjectStore } from './object-store.js';
import { openS3Store } from './s3-store.js';
import { badStoreUrl, parseS3Url } from './s3-url.js';

/**
 * Opens the store behind a URL: `file:///abs/folder` (made when missing) or
 * `s3://bucket/prefix?endpoint=http://host:port` (bucket made when missing; AUSEQ_S3_ACCESS_KEY and AUSEQ_S3_SECRET_KEY).
 * Throws AU_STORE_UNREACHABLE, and AU_USAGE for a URL that names no store.
 */
export async function openStore(url: string, signal?: AbortSignal): Promise<ObjectStore> {
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
