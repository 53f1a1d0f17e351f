import { Outgoing } from '@auseq/infra/grpc/outgoing';
import { AuseqError } from '@auseq/proto/errors';
import type { CoordinatorMessage, WorkerMessage, WorkersServiceImplementation } from '@auseq/proto/gen/auseq/v1/auseq';
import { protocolVersion } from '@auseq/proto/protocol';
import type { Conductor } from '../conductor.js';
import type { AttachedWorker, WorkerTable } from '../workers/worker-table.js';

export interface WorkersParts {
  readonly conductor: Conductor;
  readonly workers: WorkerTable;
  readonly natsUrl: string;
  readonly storeUrl: string;
}

/** The long streams of worker agents: the end of one means the loss of its worker. */
export function createWorkersService(parts: WorkersParts): WorkersServiceImplementation {
  const { conductor, workers, natsUrl, storeUrl } = parts;
  let streams = 0;

  /** Adds the worker behind a stream; an older stream of its name is over. */
  const attach = async (message: WorkerMessage['message'], outgoing: Outgoing<CoordinatorMessage>, stream: number) => {
    if (message?.$case !== 'hello') throw otherProtocol('(no hello)');
    outgoing.push({ message: { $case: 'welcome', welcome: { protocolVersion, natsUrl, storeUrl } } });
    const { hello } = message;
    if (hello.protocolVersion !== protocolVersion) throw otherProtocol(hello.protocolVersion);
    const before = workers.get(hello.worker);
    if (before) await conductor.onDetach(before.stream, 'its name attached again');
    const send = (each: CoordinatorMessage['message']) => outgoing.push({ message: each });
    const worker: AttachedWorker = { stream, hello, send, state: 'attaching', run: '' };
    workers.add(worker);
    return worker;
  };

  const read = async (
    request: AsyncIterable<WorkerMessage>,
    outgoing: Outgoing<CoordinatorMessage>,
    stream: number,
  ) => {
    let worker: AttachedWorker | null = null;
    for await (const { message } of request) {
      await conductor.inTurn(async () => {
        worker ??= await attach(message, outgoing, stream);
        if (message?.$case === 'report') await conductor.onReport(worker, message.report);
        if (message?.$case === 'draining') await conductor.onDraining(worker);
      });
    }
  };

  return {
    async *attach(request, { signal }) {
      const stream = ++streams;
      const outgoing = new Outgoing<CoordinatorMessage>();
      let failure: unknown = null;
      let why = 'its stream was closed';
      const reading = read(request, outgoing, stream)
        .catch((error: unknown) => {
          if (error instanceof AuseqError) failure = error;
          why = error instanceof Error ? error.message : String(error);
        })
        .finally(() => outgoing.close());
      signal.addEventListener('abort', () => outgoing.close(), { once: true });
      try {
        yield* outgoing;
        if (failure) throw failure;
      } finally {
        void reading.finally(() => conductor.inTurn(() => conductor.onDetach(stream, why)));
      }
    },
  };
}

function otherProtocol(theirs: string): AuseqError {
  return new AuseqError('AU_PROTOCOL_VERSION', {
    what: 'this worker and the coordinator cannot work together',
    why: `the worker speaks protocol ${theirs}, the coordinator ${protocolVersion}`,
    try: 'run the same release on every machine',
  });
}
