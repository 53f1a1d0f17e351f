import { parentPort, workerData } from 'node:worker_threads';
import { AuseqError } from '@auseq/proto/errors';
import { Progress } from '../step/progress.js';
import type { CommCall, CommReply, CommRequest, CommThreadData } from './comm-messages.js';
import { CommNode } from './comm-node.js';
import { Regrouped } from './regrouped.js';

/** The comm thread: heartbeats, blobs and votes go on while the main thread is inside TensorFlow for seconds. */
const port = parentPort;
if (!port) throw new Error('comm-thread runs only as a worker thread');
const { options, progress, endWithParent } = workerData as CommThreadData;
const reply = (message: CommReply) => port.postMessage(message);
const cell = new Progress(progress);
const { worker } = options;

const starting = CommNode.start(options, {
  heartbeat: () => ({ worker, ...cell.read() }),
  // While this member computes, only its own work may move the counter.
  onArrival: () => cell.read().phase === 'waiting' && cell.tick(),
  onOutside: (holds) => reply({ type: 'outside', holds }),
  onFailure: (error) => reply({ type: 'failed', error: error.toJSON() }),
});
starting.then(
  () => reply({ type: 'ready' }),
  (error) => reply({ type: 'failed', error: AuseqError.from(error).toJSON() }),
);

const run = (node: CommNode, call: CommCall): Promise<unknown> => {
  if ('generation' in call && call.generation !== node.generation) return Promise.reject(new Regrouped());
  switch (call.call) {
    case 'enter':
      return node.enter();
    case 'takeState':
      return node.takeState(call.step);
    case 'collect':
      return node.collect(call.kind, call.step);
    case 'sum':
      return node.sum(call.step, call.length, call.subtrees);
    case 'decide':
      return node.decide(call.ballot);
    case 'flush':
      return node.close();
  }
};

port.on('message', async (request: CommRequest) => {
  if (request.type !== 'call') {
    const node = await starting.catch(() => null);
    if (request.type === 'offer') node?.offer(request.kind, request.step, request.leaf, request.bytes);
    else if (request.type === 'emit') void node?.emit(request.kind, request.fields);
    else if (request.generation === node?.generation) node.giveState(request.step, request.bytes);
    return;
  }
  const { id, call } = request;
  try {
    reply({ type: 'value', id, value: await run(await starting, call) });
  } catch (error) {
    if (error instanceof Regrouped) reply({ type: 'regrouped', id });
    else reply({ type: 'error', id, error: AuseqError.from(error).toJSON() });
  }
});

if (endWithParent) {
  const parent = process.ppid;
  // The IPC channel's end is seen only between two computations of the main thread; this is seen at once.
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGKILL'), 200);
}
