import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '@auseq/infra/store/open-store';
import { AuseqError } from '@auseq/proto/errors';
import { createCheckpointKeeper } from './checkpoint-keeper.js';
import { openSpool } from './checkpoint-spool.js';
import type { CheckpointReply, CheckpointRequest, WriterOptions } from './checkpoint-writer.js';

/** The writer thread: hashing, spooling and uploading 250 MB must not stop the step loop. The keeper knows what may happen at once. */
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
const serve = async (request: CheckpointRequest): Promise<CheckpointReply> => {
  const { id } = request;
  if (request.kind === 'write') {
    const { state, share } = request;
    if (share.rank === 0) return { id, written: await keeper.write(state, provenance, share.members) };
    return { id, shared: await keeper.share(state, share) };
  }
  if (request.kind === 'start') await keeper.start();
  else await keeper.settle(request.deadlineMs);
  return { id };
};
port.on('message', (request: CheckpointRequest) => {
  const { id } = request;
  void serve(request)
    .catch((error: unknown) => ({ id, error: AuseqError.from(error).toJSON() }))
    .then(send);
});
