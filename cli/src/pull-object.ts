import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CoordinatorClient } from './client.js';

export interface PulledObject {
  bytes: number;
  sha256: string;
}

/** Streams one stored object of a run into a file and returns its size and hash. */
export async function pullObject(
  client: CoordinatorClient,
  request: { run: string; key: string },
  file: string,
  signal: AbortSignal,
  onBytes: (count: number) => void = () => {},
): Promise<PulledObject> {
  await mkdir(dirname(file), { recursive: true });
  const hash = createHash('sha256');
  let bytes = 0;
  const chunks = async function* () {
    for await (const { data } of client.results.pullObject(request, { signal })) {
      hash.update(data);
      bytes += data.length;
      onBytes(data.length);
      yield data;
    }
  };
  await pipeline(chunks, createWriteStream(file), { signal });
  return { bytes, sha256: hash.digest('hex') };
}
