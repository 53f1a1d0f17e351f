import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createWireParser, type WireHandlers } from './nats-wire.js';

/** What was read, as text. */
function recorder() {
  const read: string[] = [];
  const handlers: WireHandlers = {
    onInfo: ({ max_payload }) => read.push(`info ${max_payload}`),
    onMessage: (subject, payload, sid) =>
      read.push(`message ${sid} ${subject} ${Buffer.from(payload).toString('base64')}`),
    onPing: () => read.push('ping'),
    onPong: () => read.push('pong'),
    onRefusal: (text) => read.push(`refusal ${text}`),
  };
  return { read, parse: createWireParser(handlers) };
}

const payload = fc.uint8Array({ maxLength: 300 });
const message = fc.record({ payload, reply: fc.boolean(), sid: fc.nat(99) }).map(({ payload: bytes, reply, sid }) => ({
  bytes: Buffer.concat([
    Buffer.from(`MSG a.b.c ${sid} ${reply ? 'inbox ' : ''}${bytes.length}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]),
  says: `message ${sid} a.b.c ${Buffer.from(bytes).toString('base64')}`,
}));
const plain = fc.constantFrom(
  { bytes: Buffer.from('PING\r\n'), says: 'ping' },
  { bytes: Buffer.from('PONG\r\n'), says: 'pong' },
  { bytes: Buffer.from('INFO {"max_payload":1048576,"host":"x"}\r\n'), says: 'info 1048576' },
  { bytes: Buffer.from("-ERR 'Unknown Protocol Operation'\r\n"), says: "refusal 'Unknown Protocol Operation'" },
);

describe('what a NATS server sends', () => {
  it('is read the same however it is cut', () => {
    const stream = fc.array(fc.oneof(message, plain), { maxLength: 20 });
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (parts, cuts) => {
        const { read, parse } = recorder();
        const bytes = Buffer.concat(parts.map((part) => part.bytes));
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const end = at + cuts[cut % cuts.length]!;
          parse(bytes.subarray(at, end));
          at = end;
        }
        assert.deepEqual(
          read,
          parts.map(({ says }) => says),
        );
      }),
    );
  });

  it('is refused where it is not NATS, and never held without bound', () => {
    const refused = { code: 'AU_NATS_UNREACHABLE' };
    for (const text of [
      'HTTP/1.1 400 Bad Request\r\n',
      'HMSG a 1 5 9\r\n',
      'MSG a 1 x\r\n',
      'MSG a 1 99999999999\r\n',
      'INFO {\r\n',
    ])
      assert.throws(() => recorder().parse(Buffer.from(text)), refused, text);
    const { parse } = recorder();
    assert.throws(() => {
      for (let times = 0; times < 100; times++) parse(Buffer.alloc(1000, 'x'));
    }, refused);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        try {
          recorder().parse(bytes);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'AU_NATS_UNREACHABLE');
        }
      }),
    );
  });
});
