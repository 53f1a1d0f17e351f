import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { tfRecord } from './tfrecord.js';

/** Field numbers of TensorFlow's Event, Summary and SessionLog messages (event.proto, summary.proto). */
const event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const summaryValue = { tag: 1, simpleValue: 2, image: 4 } as const;
const image = { height: 1, width: 2, colorspace: 3, encoded: 4 } as const;
const sessionStart = 1;
const rgb = 3;

export interface EncodedImage {
  height: number;
  width: number;
  /** The bytes of a PNG or JPEG file. */
  encoded: Uint8Array;
}

export interface EventFile {
  /** `events.out.tfevents.<unix seconds>.<host>.<n>`: TensorBoard reads a folder's files in the order of their names. */
  name: string;
  bytes: Buffer;
}

/** Collects scalars and images; `take` gives what came since the last time as an event file of its own. */
export class EventWriter {
  #records: Buffer[] = [];
  #files = 0;

  constructor(
    readonly host: string,
    readonly clock: () => number = Date.now,
  ) {}

  scalar(tag: string, value: number, step: number): void {
    const write = new BinaryWriter().uint32(key(summaryValue.tag, 2)).string(tag);
    this.#summary(write.uint32(key(summaryValue.simpleValue, 5)).float(value), step);
  }

  image(tag: string, { height, width, encoded }: EncodedImage, step: number): void {
    const write = new BinaryWriter().uint32(key(summaryValue.tag, 2)).string(tag);
    write.uint32(key(summaryValue.image, 2)).fork();
    write.uint32(key(image.height, 0)).int32(height).uint32(key(image.width, 0)).int32(width);
    write.uint32(key(image.colorspace, 0)).int32(rgb).uint32(key(image.encoded, 2)).bytes(encoded);
    this.#summary(write.join(), step);
  }

  /** After a rollback: TensorBoard forgets what it has read of `step` and later steps. */
  restartAt(step: number): void {
    const write = this.#event(step).uint32(key(event.sessionLog, 2)).fork();
    this.#records.push(tfRecord(write.uint32(key(1, 0)).int32(sessionStart).join().finish()));
  }

  take(): EventFile | null {
    if (this.#records.length === 0) return null;
    const seconds = String(Math.floor(this.clock() / 1000)).padStart(10, '0');
    const name = `events.out.tfevents.${seconds}.${this.host}.${String(this.#files++).padStart(6, '0')}`;
    const header = this.#event(0).uint32(key(event.fileVersion, 2)).string('brain.Event:2').finish();
    const bytes = Buffer.concat([tfRecord(header), ...this.#records]);
    this.#records = [];
    return { name, bytes };
  }

  #summary(value: BinaryWriter, step: number): void {
    const write = this.#event(step).uint32(key(event.summary, 2)).fork();
    this.#records.push(tfRecord(write.uint32(key(1, 2)).bytes(value.finish()).join().finish()));
  }

  #event(step: number): BinaryWriter {
    const write = new BinaryWriter().uint32(key(event.wallTime, 1)).double(this.clock() / 1000);
    return write.uint32(key(event.step, 0)).int64(step);
  }
}

/** A protobuf key: field number and wire type (0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes). */
function key(field: number, wireType: number): number {
  return (field << 3) | wireType;
}
