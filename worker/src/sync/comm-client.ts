import { Worker } from 'node:worker_threads';
import { AuseqError } from '@auseq/proto/errors';
import type { Progress } from '../step/progress.js';
import type { CommCall, CommReply, CommRequest, CommThreadData } from './comm-messages.js';
import type { CommOptions } from './comm-node.js';
import type { Entered, Exchange, Verdict } from './exchange.js';
import { Regrouped } from './regrouped.js';

/** The exchange as the step loop sees it: every call goes to the comm thread. */
export interface CommClient extends Exchange {
  /** Stores an event of the run; returns at once. */
  emit(kind: string, fields: Readonly<Record<string, unknown>>): void;
  /** Fires when the exchange cannot go on, with the coded error as its reason. */
  readonly failed: AbortSignal;
  /** Stores what was emitted and ends the thread. */
  close(): Promise<void>;
}

export interface CommClientOptions extends CommOptions {
  readonly progress: Progress;
  readonly endWithParent: boolean;
}

const flushMs = 3_000;

/** Starts the comm thread of a member; resolves once it is heard. Throws AU_NATS_UNREACHABLE. */
export async function startComm({ progress, endWithParent, ...options }: CommClientOptions): Promise<CommClient> {
  const workerData: CommThreadData = { options, progress: progress.shared, endWithParent };
  const thread = new Worker(new URL('./comm-thread.js', import.meta.url), { workerData });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const failure = new AbortController();
  let becomeReady = () => {};
  let failToStart = (_error: unknown) => {};
  const ready = new Promise<void>((resolve, reject) => {
    becomeReady = resolve;
    failToStart = reject;
  });
  let nextId = 0;
  let generation = 0;
  let onOutside: (holds: string | null) => void = () => {};

  const fail = (error: AuseqError) => {
    failToStart(error);
    failure.abort(error);
    for (const caller of waiting.values()) caller.reject(error);
    waiting.clear();
  };
  const post = (request: CommRequest) => thread.postMessage(request);
  const send = <T>(what: CommCall): Promise<T> => {
    const id = nextId++;
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      post({ type: 'call', id, call: what });
    });
  };
  const call = <T>(what: CommCall): Promise<T> =>
    failure.signal.aborted ? Promise.reject(failure.signal.reason) : send<T>(what);
  thread.on('message', (reply: CommReply) => {
    if (reply.type === 'ready') return becomeReady();
    if (reply.type === 'outside') return onOutside(reply.holds);
    if (reply.type === 'failed') return fail(AuseqError.fromJSON(reply.error));
    const caller = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.type === 'value') caller?.resolve(reply.value);
    else if (reply.type === 'regrouped') caller?.reject(new Regrouped());
    else caller?.reject(AuseqError.fromJSON(reply.error));
  });
  thread.on('error', (error) => fail(AuseqError.from(error)));

  try {
    await ready;
  } catch (error) {
    await thread.terminate();
    throw error;
  }
  return {
    offer: (kind, step, leaf, bytes) => post({ type: 'offer', kind, step, leaf, bytes }),
    async enter(whenOutside = () => {}) {
      onOutside = whenOutside;
      const entered = await call<Entered>({ call: 'enter' });
      generation = entered.generation;
      return entered;
    },
    giveState: (step, bytes) => post({ type: 'giveState', generation, step, bytes }),
    takeState: (step) => call<Uint8Array>({ call: 'takeState', generation, step }),
    collect: (kind, step) => call<Uint8Array[]>({ call: 'collect', generation, kind, step }),
    sum: (step, length, subtrees) => call<Float32Array>({ call: 'sum', generation, step, length, subtrees }),
    decide: (ballot) => call<Verdict>({ call: 'decide', generation, ballot }),
    emit: (kind, fields) => post({ type: 'emit', kind, fields }),
    failed: failure.signal,
    async close() {
      const timer = new Promise((resolve) => setTimeout(resolve, flushMs).unref());
      await Promise.race([send({ call: 'flush' }).catch(() => {}), timer]); // also after a failure: a verdict must leave
      await thread.terminate();
    },
  };
}
