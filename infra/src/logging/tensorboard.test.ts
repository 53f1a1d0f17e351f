import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { crc32c, maskedCrc32c } from './crc32c.js';
import { EventWriter } from './tensorboard.js';

/** Splits a TFRecord file, checking both checksums of every record. */
function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    assert.equal(file.readUInt32LE(at + 8), maskedCrc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(file.readUInt32LE(at + 12 + length), maskedCrc32c(data));
    found.push(data);
    at += 16 + length;
  }
  return found;
}

type Field = number | bigint | string | Uint8Array;

/** A message as a map of its fields, by wire type alone. */
function fields(bytes: Uint8Array): Map<number, Field> {
  const reader = new BinaryReader(bytes);
  const found = new Map<number, Field>();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === 0) found.set(field, Number(reader.int64()));
    else if (wireType === 1) found.set(field, reader.double());
    else if (wireType === 5) found.set(field, reader.float());
    else found.set(field, reader.bytes());
  }
  return found;
}

const inner = (message: Map<number, Field>, field: number) => fields(message.get(field) as Uint8Array);
const string = (message: Map<number, Field>, field: number) => Buffer.from(message.get(field) as Uint8Array).toString();

describe('CRC-32C', () => {
  it('gives the values of RFC 3720, B.4', () => {
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e);
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  });

  it('is masked as TFRecord has it', () => {
    // Rotate right by 15, add 0xa282ead8: worked out by hand from 0xe3069283.
    assert.equal(maskedCrc32c(Buffer.from('123456789')), 0xc78ab0e5);
  });
});

describe('event files', () => {
  const writer = new EventWriter('host', () => 1_700_000_000_500);
  writer.scalar('loss/all', 0.25, 7);
  writer.image('train/grid', { height: 2, width: 3, encoded: Uint8Array.of(1, 2, 3) }, 2 ** 40);
  writer.restartAt(5);
  const file = writer.take()!;
  const [header, scalar, image, restart, ...rest] = records(file.bytes).map(fields);

  it('begin with the version and are named so that their order is that of time', () => {
    assert.equal(file.name, 'events.out.tfevents.1700000000.host.000000');
    assert.equal(string(header!, 3), 'brain.Event:2');
    assert.equal(header!.get(1), 1_700_000_000.5);
    assert.equal(rest.length, 0);
  });

  it('hold scalars', () => {
    const value = inner(inner(scalar!, 5), 1);
    assert.equal(scalar!.get(2), 7);
    assert.equal(string(value, 1), 'loss/all');
    assert.equal(value.get(2), 0.25);
  });

  it('hold images and large steps', () => {
    const value = inner(inner(image!, 5), 1);
    const picture = inner(value, 4);
    assert.equal(image!.get(2), 2 ** 40);
    assert.equal(string(value, 1), 'train/grid');
    assert.deepEqual([picture.get(1), picture.get(2), picture.get(3)], [2, 3, 3]);
    assert.deepEqual([...(picture.get(4) as Uint8Array)], [1, 2, 3]);
  });

  it('hold a restart, after which readers forget later steps', () => {
    assert.equal(restart!.get(2), 5);
    assert.equal(inner(restart!, 7).get(1), 1);
  });

  it('start anew after they were taken', () => {
    assert.equal(writer.take(), null);
    writer.scalar('a', 1, 1);
    const next = writer.take()!;
    assert.equal(next.name, 'events.out.tfevents.1700000000.host.000001');
    assert.equal(records(next.bytes).length, 2);
  });
});
