import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { type BlobKey, parseBlobSubject } from '@auseq/proto/subjects';
import fc from 'fast-check';
import { BlobInbox } from './blob-inbox.js';
import type { NearMessage, NeedMessage } from './blob-messages.js';
import { BlobOutbox } from './blob-outbox.js';
import { createBufferPool } from './buffer-pool.js';
import { chunkBytes, decodeChunk, encodeChunk } from './chunk-frame.js';
import { openSharedMemory } from './shared-memory.js';

const key = (step: number, part = '0'): BlobKey => ({ kind: 'part', step, part });

/** A sender (rank 0) and a receiver (rank 1) over a network that loses what `loses` says; time is counted in ticks of 50 ms. */
function connect(loses: () => boolean) {
  let now = 0;
  const onTheWay: (() => void)[] = [];
  const say = (deliver: () => void) => {
    if (!loses()) onTheWay.push(deliver);
  };
  const inbox: BlobInbox = new BlobInbox({
    rank: () => 1,
    holderOf: () => 0,
    memory: () => null,
    pool: createBufferPool(),
    sendAck: (_, ack) => say(() => outbox.onAck(ack)),
    sendNeed: (_, need) => say(() => outbox.onNeed(need)),
  });
  const outbox: BlobOutbox = new BlobOutbox({
    ...{ run: 'trial', generation: 1, rank: 0, hosts: ['a', 'b'], memory: null, now: () => now },
    sendNear: () => {},
    publish: (subject, parts) => {
      const frame = decodeChunk(Buffer.concat(parts))!;
      say(() => inbox.onChunk(parseBlobSubject(subject)!, frame, now));
    },
  });
  const tick = () => {
    now += 50;
    for (const deliver of onTheWay.splice(0)) deliver();
    outbox.probe();
    inbox.askForMissing(now);
  };
  /** Waits for a blob, tick by tick. */
  const receive = async (wanted: BlobKey, mostTicks = 4000): Promise<Uint8Array> => {
    let found: Uint8Array | null = null;
    void inbox.take(wanted, now).then((bytes) => {
      found = bytes;
    });
    for (let ticks = 0; ticks < mostTicks; ticks++) {
      await Promise.resolve();
      if (found) return found;
      tick();
    }
    throw new Error(`${wanted.kind} ${wanted.step} did not come`);
  };
  return { inbox, outbox, receive, tick };
}

describe('blobs between members', () => {
  const large = randomBytes(5 * chunkBytes + 17);
  const small = randomBytes(1000);

  it('arrive whole over a network that loses every third message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2 ** 31 - 1), async (seed) => {
        let state = seed | 1;
        const loses = () => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state % 3 === 0;
        };
        const { outbox, receive } = connect(loses);
        outbox.toAll(key(0, '0'), large);
        outbox.toAll(key(0, '1'), small);
        outbox.toOne(1, key(1, '2'), large);
        assert.deepEqual(await receive(key(0, '1')), new Uint8Array(small));
        assert.deepEqual(Buffer.compare(await receive(key(0, '0')), large), 0);
        assert.deepEqual(Buffer.compare(await receive(key(1, '2')), large), 0);
      }),
      { numRuns: 10 },
    );
  });

  it('of any first step are taken, later only those near the step in work', async () => {
    const { inbox, outbox, receive } = connect(() => false);
    outbox.toAll(key(500), small);
    assert.deepEqual(await receive(key(500)), new Uint8Array(small));
    inbox.release(500);
    outbox.toAll(key(600), small);
    outbox.toAll(key(501), small);
    assert.deepEqual(await receive(key(501)), new Uint8Array(small));
    await assert.rejects(receive(key(600), 100));
  });

  it('reject every wait once the exchange has failed', async () => {
    const { inbox } = connect(() => true);
    const waits = [inbox.take(key(0), 0), inbox.take(key(0), 0)];
    inbox.fail(new Error('lost'));
    for (const wait of waits) await assert.rejects(wait, /lost/);
  });

  it('are not taken where a byte was changed or cut off on the way', () => {
    const frame = Buffer.concat(encodeChunk(0, 5, large));
    assert.equal(Buffer.compare(decodeChunk(frame)!.body, large.subarray(5 * chunkBytes)), 0);
    const changed = frame.slice();
    changed[30]! ^= 1;
    assert.equal(decodeChunk(changed), null);
    assert.equal(decodeChunk(frame.subarray(0, frame.length - 1)), null);
    assert.equal(decodeChunk(frame.subarray(0, 10)), null);
  });

  it('reach members of the same host through its memory, and over the broker where a file is gone', async (test) => {
    const memory = openSharedMemory();
    if (!memory) return test.skip('this system has no memory folder');
    const near: NearMessage[] = [];
    const subjects: string[] = [];
    const hosts = ['a', 'a', 'b'];
    const outbox = new BlobOutbox({
      ...{ run: 'trial', generation: 1, rank: 0, hosts, memory, now: () => 0 },
      sendNear: (to, message) => {
        assert.equal(to, 1);
        near.push(message);
      },
      publish: (subject) => subjects.push(subject),
    });
    const needs: NeedMessage[] = [];
    const inbox = new BlobInbox({
      ...{ rank: () => 1, holderOf: () => 0, memory: () => memory, pool: createBufferPool(), sendAck: () => {} },
      sendNeed: (_, need) => needs.push(need),
    });
    outbox.toAll(key(0, '0'), large);
    assert.deepEqual(new Set(subjects), new Set(['au.trial.g1.far.0.part.0.0']));
    inbox.onNear(near[0]!, 0);
    assert.deepEqual(await inbox.take(key(0, '0'), 0), new Uint8Array(large));

    outbox.toOne(1, key(1, '1'), large);
    assert.equal(subjects.length, 6, 'no chunk more');
    memory.remove(near[1]!.path);
    inbox.onNear(near[1]!, 0);
    const lost = inbox.take(key(1, '1'), 0);
    inbox.askForMissing(10_000);
    outbox.onNeed(needs[0]!);
    assert.equal(subjects.at(-1), 'au.trial.g1.to.1.part.1.1');
    inbox.fail(new Error('over'));
    await assert.rejects(lost);

    outbox.release(0);
    outbox.toOne(1, key(2, '2'), large);
    assert.equal(near[2]!.path, near[0]!.path, 'what all have read makes room');
    inbox.onNear({ ...near[0]!, key: key(3) }, 0);
    assert.equal(inbox.arrivedAt(key(3)), undefined, 'a late notice finds another blob there');
    memory.close();
  });
});
