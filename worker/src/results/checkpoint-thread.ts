import { parentPort } from 'node:worker_threads';
import { openStore } from '@auseq/infra/store/open-store';
import { AuseqError } from '@auseq/proto/errors';
import type { CheckpointReply, CheckpointRequest } from './checkpoint-writer.js';
import { writeCheckpoint } from './write-checkpoint.js';

/** The writer thread: hashing and uploading 250 MB must not stop the step loop. Requests are served one after another. */
const port = parentPort;
if (!port) throw new Error('checkpoint-thread runs only as a worker thread');
let last: Promise<void> = Promise.resolve();
port.on('message', (request: CheckpointRequest) => {
  last = last.then(async () => {
    try {
      const store = await openStore(request.storeUrl);
      const signal = AbortSignal.timeout(request.deadlineMs);
      const manifest = await writeCheckpoint(store, request.run, request.state, request.provenance, signal);
      port.postMessage({ id: request.id, manifest } satisfies CheckpointReply);
    } catch (error) {
      port.postMessage({ id: request.id, error: AuseqError.from(error).toJSON() } satisfies CheckpointReply);
    }
  });
});
