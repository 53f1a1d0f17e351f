import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFrameEditor, type FrameVerdict } from './nats-frames.js';

interface Message {
  readonly subject: string;
  readonly reply: string | null;
  readonly headers: Uint8Array | null;
  readonly payload: Uint8Array;
}

const subject = fc.stringMatching(/^[a-z]{1,8}(\.[a-z0-9]{1,4}){0,4}$/);
const payload = fc.uint8Array({ maxLength: 300 });
const message: fc.Arbitrary<Message> = fc.record({
  subject,
  reply: fc.option(subject),
  headers: fc.option(payload),
  payload,
});
const control = fc.constantFrom('PING', 'PONG', 'SUB a.> 1', 'UNSUB 1', 'CONNECT {"verbose":false,"name":"PUB x 5"}');

function encode({ subject, reply, headers, payload }: Message): Buffer {
  const words = [headers ? 'HPUB' : 'PUB', subject, ...(reply ? [reply] : [])];
  const total = payload.length + (headers?.length ?? 0);
  if (headers) words.push(String(headers.length));
  return Buffer.concat([
    Buffer.from(`${words.join(' ')} ${total}\r\n`),
    headers ?? Buffer.alloc(0),
    payload,
    Buffer.from('\r\n'),
  ]);
}

/** The bytes in pieces whose sizes the numbers give. */
function inPieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length]!;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

const through = (edit: (chunk: Buffer) => Buffer, pieces: readonly Buffer[]) => Buffer.concat(pieces.map(edit));
const line = fc.oneof(
  message.map((each) => encode(each)),
  control.map((text) => Buffer.from(`${text}\r\n`)),
);
const stream = fc.array(line, { maxLength: 12 }).map((lines) => Buffer.concat(lines));
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 });

test('a stream that is kept passes unchanged, however it is cut into chunks', () => {
  fc.assert(
    fc.property(stream, sizes, (bytes, cuts) => {
      assert.deepEqual(
        through(
          createFrameEditor(() => 'keep'),
          inPieces(bytes, cuts),
        ),
        bytes,
      );
    }),
  );
});

test('bytes that are no NATS protocol pass unchanged as well', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (noise) => {
      const bytes = Buffer.concat([Buffer.from(noise), Buffer.from('\r\n')]);
      fc.pre(!/^h?pub\b/im.test(bytes.toString('latin1')));
      assert.deepEqual(createFrameEditor(() => 'drop')(bytes), bytes);
    }),
  );
});

test('a flip changes one byte of the payload and nothing of what frames it; a drop takes exactly its message', () => {
  const verdict = fc.constantFrom<FrameVerdict>('keep', 'drop', 'flip');
  fc.assert(
    fc.property(fc.array(fc.tuple(message, verdict), { maxLength: 8 }), sizes, (messages, cuts) => {
      const verdicts = messages.map(([, each]) => each);
      const bytes = Buffer.concat(messages.map(([each]) => encode(each)));
      const edited = through(
        createFrameEditor(() => verdicts.shift()!),
        inPieces(bytes, cuts),
      );
      let at = 0;
      for (const [each, verdict] of messages) {
        if (verdict === 'drop') continue;
        const frame = encode(each);
        const got = edited.subarray(at, at + frame.length);
        at += frame.length;
        const changed = [...frame.keys()].filter((index) => frame[index] !== got[index]);
        assert.equal(changed.length, verdict === 'flip' && each.payload.length > 0 ? 1 : 0);
        const end = frame.length - 2;
        for (const index of changed) assert.ok(index >= end - each.payload.length && index < end, 'within the payload');
      }
      assert.equal(at, edited.length);
    }),
  );
});
