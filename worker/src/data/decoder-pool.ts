import { Worker } from 'node:worker_threads';
import { AuseqError } from '@auseq/proto/errors';
import type { DecodedSample, SampleJob } from './decode-sample.js';
import type { ThreadReply } from './loader-thread.js';

/** Decodes samples in worker threads, which run on while TensorFlow blocks the main one. */
export interface DecoderPool {
  decode(job: SampleJob): Promise<DecodedSample>;
  close(): Promise<void>;
}

interface Pending {
  resolve(sample: DecodedSample): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

/** Jobs are handed out when asked (not when a thread is free), so that a blocked main thread stalls nobody. */
export function createDecoderPool(count: number): DecoderPool {
  const threads = new Set<Thread>();
  let tickets = 0;
  let closed = false;

  const add = (): Thread => {
    const worker = new Worker(new URL('./loader-thread.js', import.meta.url));
    const thread: Thread = { worker, pending: new Map() };
    threads.add(thread);
    // An idle decoder does not keep the process alive.
    worker.unref();
    worker.on('message', (reply: ThreadReply) => {
      const waiting = thread.pending.get(reply.ticket);
      thread.pending.delete(reply.ticket);
      if (thread.pending.size === 0) worker.unref();
      if ('sample' in reply) waiting?.resolve(reply.sample);
      else waiting?.reject(AuseqError.fromJSON(reply.error));
    });
    worker.once('error', (cause) => fail(thread, died(cause)));
    worker.once('exit', () => fail(thread, died()));
    return thread;
  };

  const fail = (thread: Thread, error: AuseqError) => {
    threads.delete(thread);
    for (const waiting of thread.pending.values()) waiting.reject(error);
    thread.pending.clear();
  };

  return {
    decode(job) {
      if (closed) return Promise.reject(closedError());
      const free = [...threads].sort((a, b) => a.pending.size - b.pending.size)[0];
      const thread = free && (free.pending.size === 0 || threads.size >= count) ? free : add();
      const ticket = tickets++;
      thread.worker.ref();
      return new Promise((resolve, reject) => {
        thread.pending.set(ticket, { resolve, reject });
        thread.worker.postMessage({ ticket, job });
      });
    },
    async close() {
      closed = true;
      const open = [...threads];
      for (const thread of open) fail(thread, closedError());
      await Promise.all(open.map(({ worker }) => worker.terminate()));
    },
  };
}

function died(cause?: unknown): AuseqError {
  const why = cause instanceof Error ? cause.message : 'it ended';
  return new AuseqError('AU_UNEXPECTED', { what: 'a decoder thread died', why, try: 'resume the run', cause });
}

function closedError(): AuseqError {
  const why = 'its loader was closed';
  return new AuseqError('AU_INTERRUPTED', { what: 'a sample was not loaded', why, try: 'resume the run' });
}
