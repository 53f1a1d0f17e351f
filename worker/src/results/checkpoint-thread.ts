import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '@auseq/infra/store/open-store';
import { AuseqError } from '@auseq/proto/errors';
import { createCheckpointKeeper } from './checkpoint-keeper.js';
import { openSpool } from './checkpoint-spool.js';
import type { CheckpointReply, CheckpointRequest, WriterOptions } from './checkpoint-writer.js';

/** The writer thread: hashing, spooling and uploading 250 MB must not stop the step loop. Requests are served one after another. */
const port = parentPort;
if (!port) throw new Error('checkpoint-thread runs only as a worker thread');
const { run, storeUrl, spool, provenance, rule } = workerData as WriterOptions;
const send = (reply: CheckpointReply) => port.postMessage(reply);
const keeper = createCheckpointKeeper({
  ...{ run, rule },
  openStore: (signal) => openStore(storeUrl, signal),
  spool: spool.limitBytes > 0 ? openSpool({ ...spool, run, storeUrl }) : null,
  tell: (notice) => send({ notice }),
});
let last: Promise<void> = Promise.resolve();
port.on('message', (request: CheckpointRequest) => {
  last = last.then(async () => {
    const { id } = request;
    try {
      if (request.kind === 'start') await keeper.start();
      if (request.kind === 'write') {
        const { state, share } = request;
        if (share.rank === 0) send({ id, written: await keeper.write(state, provenance, share.members) });
        else send({ id, shared: await keeper.share(state, share) });
      } else {
        if (request.kind === 'settle') await keeper.settle(request.deadlineMs);
        send({ id });
      }
    } catch (error) {
      send({ id, error: AuseqError.from(error).toJSON() });
    }
  });
});
