import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { NetworkRules } from './network-rules.js';

export interface RulesView {
  rules(): NetworkRules;
  /** Fires at the next change. */
  changed(): AbortSignal;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly arrivedAt: number;
}

/** More than this on its way pauses the sender, as a full pipe would. */
const mostWaitingBytes = 32 << 20;
/** A limited rate is kept in slices of this much time. */
const sliceMs = 20;

/**
 * Carries bytes from one socket to another under rules that may change meanwhile. Resolves when `from` has ended and
 * its last byte is written; rejects when either side fails.
 */
export async function pump(
  from: Socket,
  to: Socket,
  view: RulesView,
  edit: ((chunk: Buffer) => Buffer) | null,
): Promise<void> {
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let ended = false;
  let failure: Error | null = null;
  let wake = () => {};
  const failing = new AbortController();
  const fail = (error: Error) => {
    failure ??= error;
    failing.abort();
    wake();
  };
  from.on('data', (chunk) => {
    const bytes = edit ? edit(chunk) : chunk;
    if (bytes.length === 0) return;
    waiting.push({ bytes, arrivedAt: performance.now() });
    waitingBytes += bytes.length;
    if (waitingBytes > mostWaitingBytes) from.pause();
    wake();
  });
  from.on('end', () => {
    ended = true;
    wake();
  });
  from.on('error', fail).on('close', () => {
    if (!ended) fail(new Error('the sender vanished'));
  });
  to.on('error', fail).on('close', () => fail(new Error('the receiver vanished')));
  to.on('drain', () => wake());

  /** Waits until `holds`, or one of the sockets fails. */
  const woken = async (holds: () => boolean) => {
    while (!failure && !holds()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };

  for (;;) {
    if (failure && !(ended && waiting.length === 0)) throw failure;
    const next = waiting[0];
    if (!next) {
      if (ended) break;
      await woken(() => ended || waiting.length > 0);
      continue;
    }
    const { delayMs, bytesPerSecond, held } = view.rules();
    const early = next.arrivedAt + delayMs - performance.now();
    if (held || early > 0) {
      await rulesChange(AbortSignal.any([view.changed(), failing.signal]), held ? null : early);
      continue;
    }
    const limit = bytesPerSecond > 0 ? Math.max(1, Math.floor((bytesPerSecond * sliceMs) / 1000)) : next.bytes.length;
    const slice = next.bytes.subarray(0, limit);
    if (slice.length === next.bytes.length) waiting.shift();
    else waiting[0] = { ...next, bytes: next.bytes.subarray(slice.length) };
    waitingBytes -= slice.length;
    if (from.isPaused() && waitingBytes <= mostWaitingBytes / 2) from.resume();
    if (!to.write(slice)) await woken(() => !to.writableNeedDrain);
    const tookMs = bytesPerSecond > 0 ? (slice.length / bytesPerSecond) * 1000 : 0;
    if (tookMs > 0) await rulesChange(AbortSignal.any([view.changed(), failing.signal]), tookMs);
  }
  to.end();
}

/** Waits `ms` (null: without end), at most until the rules change or a socket fails. */
async function rulesChange(changed: AbortSignal, ms: number | null): Promise<void> {
  if (changed.aborted) return;
  if (ms !== null) return pause(ms, undefined, { signal: changed }).catch(() => {});
  await once(changed, 'abort');
}
