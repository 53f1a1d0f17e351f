import { readFileSync } from 'node:fs';

/** The exports of `assembly/sums.ts`. */
interface Kernel {
  addFloats(left: number, right: number, count: number): void;
  narrow(from: number, to: number, count: number): void;
  widen(from: number, to: number, count: number): void;
}

/** Floats that are worked on at a time: two blocks stay in the processor's second-level cache. */
const block = 64 * 1024;
const page = 64 * 1024;
/** The kernel's own memory ends below. */
const arena = page;
const pages = (arena + 2 * block * Float32Array.BYTES_PER_ELEMENT) / page;

/** What is used of WebAssembly: Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { env: { memory: object } }) => { readonly exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const wasm = new WebAssembly.Module(readFileSync(new URL('./sums.wasm', import.meta.url)));
const kernel = new WebAssembly.Instance(wasm, { env: { memory } }).exports as Kernel;
const second = arena + block * Float32Array.BYTES_PER_ELEMENT;
const firstFloats = new Float32Array(memory.buffer, arena, block);
const secondFloats = new Float32Array(memory.buffer, second, block);
const secondBytes = new Uint8Array(memory.buffer, second, 2 * block);

const inFours = (count: number) => (count + 3) & ~3;

function* blocksOf(length: number): Generator<readonly [number, number]> {
  for (let start = 0; start < length; start += block) yield [start, Math.min(length, start + block)];
}

/**
 * Adds `right` into `left`, element by element, in fp32: the bits of a plain loop, which is as fast only where it was compiled
 * for just these arrays, and takes twice as long where not.
 */
export function addInto(left: Float32Array, right: Float32Array): void {
  for (const [start, end] of blocksOf(left.length)) {
    firstFloats.set(left.subarray(start, end));
    secondFloats.set(right.subarray(start, end));
    kernel.addFloats(arena, second, inFours(end - start));
    left.set(firstFloats.subarray(0, end - start), start);
  }
}

/** fp32 rounded to nearest even bf16, two little-endian bytes each; NaN stays NaN. */
export function toBf16(floats: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * floats.length);
  for (const [start, end] of blocksOf(floats.length)) {
    firstFloats.set(floats.subarray(start, end));
    kernel.narrow(arena, second, inFours(end - start));
    bytes.set(secondBytes.subarray(0, 2 * (end - start)), 2 * start);
  }
  return bytes;
}

/** fp32 [n] of 2n bytes of bf16. */
export function fromBf16(bytes: Uint8Array): Float32Array {
  const floats = new Float32Array(bytes.byteLength / 2);
  for (const [start, end] of blocksOf(floats.length)) {
    secondBytes.set(bytes.subarray(2 * start, 2 * end));
    kernel.widen(second, arena, inFours(end - start));
    floats.set(firstFloats.subarray(0, end - start), start);
  }
  return floats;
}
