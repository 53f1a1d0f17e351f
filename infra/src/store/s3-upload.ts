import type { Client } from 'minio';
import { abortable } from './abortable.js';
import { SourceFailure } from './s3-errors.js';
import { withSignal } from './s3-transport.js';

/** A part is hashed in one go on the caller's thread and held in memory whole; S3 allows 5 MiB to 5 GiB, and 10,000 of them. */
export const partBytes = 32 << 20;
const takeBackMs = 5000;

/**
 * Writes an object: in one request when it fits into a part, else as a multipart upload of its own. (The client's own
 * stream upload continues whatever unfinished upload of that name it finds, so two writers would mix their parts.)
 */
export async function upload(
  client: Client,
  bucket: string,
  name: string,
  data: Uint8Array | AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const parts = data instanceof Uint8Array ? slices(data) : regrouped(data, signal);
  const first = await parts.next();
  const second = first.done ? first : await parts.next();
  if (second.done) {
    const body = first.done ? Buffer.alloc(0) : first.value;
    await client.putObject(bucket, name, body, body.length);
    return;
  }
  await uploadParts(client, bucket, name, chain([first.value as Buffer, second.value], parts));
}

async function uploadParts(
  client: Client,
  bucketName: string,
  objectName: string,
  parts: AsyncIterable<Buffer>,
): Promise<void> {
  const uploadID = await client.initiateNewMultipartUpload(bucketName, objectName, {});
  try {
    const done: { part: number; etag?: string }[] = [];
    for await (const body of parts) {
      const partNumber = done.length + 1;
      const { etag } = await client.uploadPart({ bucketName, objectName, uploadID, partNumber, headers: {} }, body);
      done.push({ part: partNumber, etag });
    }
    await client.completeMultipartUpload(bucketName, objectName, uploadID, done);
  } catch (error) {
    // Under a signal of its own, as the caller's may be why; what cannot be taken back now, the server's rule for stale uploads removes.
    const takeBack = () => client.abortMultipartUpload(bucketName, objectName, uploadID);
    await withSignal(AbortSignal.timeout(takeBackMs), takeBack).catch(() => undefined);
    throw error;
  }
}

async function* slices(data: Uint8Array): AsyncGenerator<Buffer, undefined> {
  for (let at = 0; at < data.byteLength; at += partBytes)
    yield Buffer.from(data.buffer, data.byteOffset + at, Math.min(partBytes, data.byteLength - at));
}

/** Chunks of any size as parts of one size, but for the last. */
async function* regrouped(data: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Buffer, undefined> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of fromSource(data, signal)) {
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + partBytes - bytes);
      held.push(piece);
      bytes += piece.byteLength;
      at += piece.byteLength;
      if (bytes === partBytes) {
        yield Buffer.concat(held);
        held = [];
        bytes = 0;
      }
    }
  }
  if (bytes > 0) yield Buffer.concat(held);
}

/** Tells what the caller's own data source threw from what the server said. */
async function* fromSource(data: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* abortable(data, signal);
  } catch (cause) {
    throw new SourceFailure(cause);
  }
}

async function* chain(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}
