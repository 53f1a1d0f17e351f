import { AuseqError } from '@auseq/proto/errors';
import { createRandom, mutate } from './mutate.fixture.js';
import { isNdArray, isObjectArray } from './nd-array.js';
import { readNpy } from './npy.js';
import { readNpz } from './npz.js';
import { readObj } from './obj.js';
import { unpickleBytes } from './pickle/unpickle.js';
import { sample } from './samples.fixture.js';
import { readTorch } from './torch.js';

const unpickle = (data: Uint8Array, path: string) => unpickleBytes(data, { path });

const targets: readonly { name: string; read: (data: Uint8Array, path: string) => unknown }[] = [
  ...['python2', 'protocol0', 'protocol1', 'protocol2', 'protocol3', 'protocol4', 'protocol5', 'evil'].map((name) => ({
    name: `${name}.pkl`,
    read: unpickle,
  })),
  ...['torch.pth', 'torch-old.pth'].map((name) => ({ name, read: readTorch })),
  ...['float64', 'fortran', 'big-endian', 'int64', 'objects'].map((name) => ({ name: `${name}.npy`, read: readNpy })),
  ...['stored.npz', 'deflated.npz'].map((name) => ({ name, read: readNpz })),
  { name: 'head.obj', read: readObj },
];

export interface FuzzReport {
  readonly files: number;
  readonly refused: number;
  readonly readable: number;
  readonly slowestMs: number;
  /** Growth of the process's memory over the whole run, bytes. */
  readonly grownBytes: number;
  /** Most memory that reading one file took beyond four times its size, bytes, and which; garbage counts, so this is too much rather than too little. */
  readonly mostBytes: number;
  readonly mostBy: string;
  /** Anything but a value or AU_FILE_FORMAT. */
  readonly crashes: readonly string[];
}

/** Sends `count` damaged files through the readers, all values of what is readable touched. */
export function fuzz(count: number, seed: number): FuzzReport {
  const random = createRandom(seed);
  const before = process.memoryUsage().rss;
  const crashes: string[] = [];
  let refused = 0;
  let slowestMs = 0;
  let mostBytes = 0;
  let mostBy = '';
  for (let index = 0; index < count; index++) {
    const { name, read } = targets[index % targets.length]!;
    const damaged = mutate(sample(name).data, sample(targets[random(targets.length)]!.name).data, random);
    const held = heldBytes();
    const start = performance.now();
    try {
      touch(read(damaged, name), 0);
    } catch (error) {
      if (error instanceof AuseqError && error.code === 'AU_FILE_FORMAT') refused++;
      else crashes.push(`${name}, file ${index} of seed ${seed}: ${String(error)}`);
    }
    slowestMs = Math.max(slowestMs, performance.now() - start);
    const beyond = heldBytes() - held - 4 * damaged.length;
    if (beyond > mostBytes) [mostBytes, mostBy] = [beyond, `${name}, ${damaged.length} bytes`];
  }
  const grownBytes = process.memoryUsage().rss - before;
  const readable = count - refused - crashes.length;
  return { files: count, refused, readable, slowestMs, grownBytes, mostBytes, mostBy, crashes };
}

/** What JavaScript holds, its heap and the buffers beside it. */
function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Asks for the values of every array: torch's are read only then. */
function touch(value: unknown, depth: number): void {
  if (depth > 50) return;
  if (isNdArray(value)) value.data.at(0);
  else if (isObjectArray(value)) for (const one of value.objects) touch(one, depth + 1);
  else if (value instanceof Map) for (const one of value.values()) touch(one, depth + 1);
  else if (Array.isArray(value)) for (const one of value) touch(one, depth + 1);
}
