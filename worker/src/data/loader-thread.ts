import { parentPort } from 'node:worker_threads';
import { createTurns } from '@auseq/infra/runtime/in-turn';
import { AuseqError, type SerialisedError } from '@auseq/proto/errors';
import sharp from 'sharp';
import { type DecodedSample, decodeSample, type SampleJob } from './decode-sample.js';

export type ThreadRequest = { readonly ticket: number; readonly job: SampleJob };
export type ThreadReply =
  | { readonly ticket: number; readonly sample: DecodedSample }
  | { readonly ticket: number; readonly error: SerialisedError };

// Each thread is one decoder; libvips' own threads would only fight with TensorFlow's.
sharp.concurrency(1);
sharp.cache(false);

const port = parentPort!;
const turns = createTurns();
port.on('message', ({ ticket, job }: ThreadRequest) => {
  // One after the other, in the asked order: what is needed first is ready first.
  void turns.run(() => answer(ticket, job));
});

async function answer(ticket: number, job: SampleJob): Promise<void> {
  try {
    const sample = await decodeSample(job);
    const { image, mask, landmark, landmarkDense } = sample;
    const buffers = [image, mask, landmark, landmarkDense].map((array) => array.buffer as ArrayBuffer);
    port.postMessage({ ticket, sample } satisfies ThreadReply, buffers);
  } catch (error) {
    port.postMessage({ ticket, error: AuseqError.from(error).toJSON() } satisfies ThreadReply);
  }
}
