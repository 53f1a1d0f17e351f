import { createHash } from 'node:crypto';
import { AuseqError } from '@auseq/proto/errors';
import {
  ClusterDefinition,
  type LedgerLine,
  ResultsDefinition,
  type Run,
  type RunEvent,
  Run as RunMessage,
  RunsDefinition,
  type SubmitRequest,
} from '@auseq/proto/gen/auseq/v1/auseq';
import { toGrpc } from '@auseq/proto/grpc-errors';
import { type CallContext, createServer, ServerError, type ServerMiddleware } from 'nice-grpc';

/** A coordinator in memory that speaks the real protocol, for tests of what the CLI makes of its answers. */
export interface FakeCoordinator {
  readonly address: string;
  readonly runs: Map<string, Run>;
  readonly events: RunEvent[];
  readonly objects: Map<string, Uint8Array>;
  readonly submitted: SubmitRequest[];
  readonly ledgers: Map<string, LedgerLine[]>;
  /** Ends the open streams as a dying coordinator does, once each. */
  dropWatchAfter: number | null;
  stop(): Promise<void>;
}

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

function refuse(code: 'AU_RUN_NOT_FOUND' | 'AU_OBJECT_NOT_FOUND', name: string): never {
  throw new AuseqError(code, { what: `no ${name}`, why: 'unknown', try: 'auseq runs list' });
}

const codedErrors: ServerMiddleware = async function* (call, context) {
  try {
    return yield* call.next(call.request, context);
  } catch (error) {
    const { code, details, trailer } = toGrpc(AuseqError.from(error));
    for (const [key, values] of trailer) for (const value of values) context.trailer.append(key, value);
    throw new ServerError(code, details);
  }
};

export async function startFakeCoordinator(port = 0): Promise<FakeCoordinator> {
  const runs = new Map<string, Run>();
  const events: RunEvent[] = [];
  const objects = new Map<string, Uint8Array>();
  const submitted: SubmitRequest[] = [];
  const ledgers = new Map<string, LedgerLine[]>();
  const find = (name: string) => runs.get(name) ?? refuse('AU_RUN_NOT_FOUND', name);
  const server = createServer().use(codedErrors);
  const fake = { runs, events, objects, submitted, ledgers, dropWatchAfter: null as number | null };
  server.add(RunsDefinition, {
    async submit(request) {
      submitted.push(request);
      const run = RunMessage.create({
        name: request.name || 'brisk-otter-7f3a',
        state: 'running',
        step: 1,
        maxSteps: 3,
      });
      runs.set(run.name, run);
      return run;
    },
    list: async () => ({ runs: [...runs.values()] }),
    show: async ({ run }) => find(run),
    stop: async ({ run }) => ({ ...find(run), state: 'stopping' }),
    resume: async ({ run }) => find(run),
    async *watch({ run, afterSequence }, { signal }: CallContext) {
      for (let index = 0; !signal.aborted; ) {
        const event = events[index];
        if (event && event.sequence > afterSequence) yield event;
        if (event) index++;
        if (event && event.sequence === fake.dropWatchAfter) {
          fake.dropWatchAfter = null;
          return;
        }
        if (!event && ['completed', 'failed', 'stopped'].includes(find(run).state)) return;
        if (!event) await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async *logs({ run }) {
      find(run);
      yield {
        json: JSON.stringify({
          level: 30,
          time: '2026-01-01T10:00:00.000Z',
          worker: 'worker-0',
          step: 2,
          msg: 'stepped',
        }),
      };
    },
    async *ledger({ run }) {
      yield* ledgers.get(run) ?? refuse('AU_RUN_NOT_FOUND', run);
    },
  });
  server.add(ResultsDefinition, {
    async listCheckpoints({ run }) {
      find(run);
      const checkpoints = [...objects].flatMap(([key, data]) => {
        if (!key.startsWith(`runs/${run}/`) || !key.endsWith('manifest.json')) return [];
        const { step, sha256 } = JSON.parse(Buffer.from(data).toString()) as { step: number; sha256: string };
        return [{ step, sha256, complete: true, bytes: data.length, key }];
      });
      return { checkpoints };
    },
    async listObjects({ run, prefix }) {
      const start = `runs/${run}/${prefix}`;
      const found = [...objects].filter(([key]) => key.startsWith(start));
      return { objects: found.map(([key, data]) => ({ key, bytes: data.length })) };
    },
    async *pullObject({ key }) {
      const data = objects.get(key) ?? refuse('AU_OBJECT_NOT_FOUND', key);
      for (let at = 0; at < data.length; at += 10) yield { data: data.subarray(at, at + 10) };
    },
  });
  server.add(ClusterDefinition, {
    status: async () => ({
      protocolVersion: '1',
      leader: 'fake',
      nats: 'nats://127.0.0.1:1',
      store: 'file:///nowhere',
      workers: [{ name: 'worker-0', state: 'idle', run: '', device: 'cpu', host: 'here', pid: 1 }],
    }),
  });
  const bound = await server.listen(`127.0.0.1:${port}`);
  return Object.assign(fake, { address: `127.0.0.1:${bound}`, stop: async () => server.forceShutdown() });
}

/** Puts a checkpoint of one part into the fake store; `damage` makes the part differ from its manifest. */
export function addCheckpoint(fake: FakeCoordinator, run: string, step: number, damage = false): void {
  const folder = `runs/${run}/checkpoints/${String(step).padStart(8, '0')}`;
  const data = Buffer.from(`weights of step ${step}, long enough for several chunks`);
  const part = { key: `${folder}/part-0.safetensors`, sha256: digest(data), bytes: data.length };
  fake.objects.set(part.key, damage ? Buffer.from(data.toString().toUpperCase()) : data);
  const manifest = { step, sha256: digest(Buffer.from(String(step))), bytes: data.length, parts: [part] };
  fake.objects.set(`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
}

/** A checkpoint without arrays: an empty container, and the digest over step, seed and data position only. */
export function addWholeCheckpoint(fake: FakeCoordinator, run: string, step: number, sha256 = emptyState(step)): void {
  const folder = `runs/${run}/checkpoints/${String(step).padStart(8, '0')}`;
  const data = Buffer.concat([Buffer.from(BigUint64Array.of(8n).buffer), Buffer.from('{}      ')]);
  const part = { key: `${folder}/part-000.safetensors`, sha256: digest(data), bytes: data.length };
  fake.objects.set(part.key, data);
  const state = { data: { epoch: 0, position: 0 }, seed: 0, provenance: {} };
  const manifest = { version: 1, run, step, sha256, bytes: data.length, parts: [part], ...state };
  fake.objects.set(`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
}

function emptyState(step: number): string {
  const scalars: [string, number][] = [
    ['data/epoch', 0],
    ['data/position', 0],
    ['rng/seed', 0],
    ['step', step],
  ];
  const hashed = scalars.flatMap(([name, value]) => [
    Buffer.from(`${name}\0uint64\0\0`),
    Buffer.from(BigUint64Array.of(BigInt(value)).buffer),
  ]);
  return digest(Buffer.concat(hashed));
}
