import { nameWord, type StreamKey, streamBits, streamKey } from './counter-hash.js';

/** The stream of one named tensor under a seed: tensors do not depend on each other's order or size. */
export function tensorStream(seed: number, name: string): StreamKey {
  return streamKey(seed, nameWord(name));
}

/** Uniform on (-bound, bound), `length` values. */
export function uniformArray(key: StreamKey, length: number, bound: number): Float32Array {
  const data = new Float32Array(length);
  const { a, b } = key;
  const scale = bound / 0x80000000;
  for (let i = 0; i < length; i++) data[i] = (streamBits(a, b, i) + 0.5) * scale;
  return data;
}

/** Unit normal values by Box-Muller, two draws each. */
export function normalArray(key: StreamKey, length: number): Float32Array {
  const data = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const radius = ((streamBits(key.a, key.b, 2 * i) >>> 0) + 0.5) / 0x100000000;
    const turn = (streamBits(key.a, key.b, 2 * i + 1) >>> 0) / 0x100000000;
    data[i] = Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * turn);
  }
  return data;
}
