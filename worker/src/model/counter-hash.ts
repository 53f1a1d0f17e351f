/**
 * Counter-based random bits in pure 32-bit integer arithmetic: value i of a stream depends on its key and i alone,
 * so any part of a stream can be made anywhere, in any order, with the same bits.
 */
export interface StreamKey {
  readonly a: number;
  readonly b: number;
}

/** Spreads one 32-bit word over all of its bits; a bijection. */
export function mix32(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

/** A key from whole numbers below 2^53 (negative ones too); another number in any place gives another stream. */
export function streamKey(...words: readonly number[]): StreamKey {
  let a = 0x243f6a88;
  let b = 0x13198a2e;
  for (const word of words) {
    const low = word | 0;
    const high = Math.floor(word / 0x100000000) | 0;
    a = mix32(mix32(a ^ low) + high);
    b = mix32(mix32((b + low) | 0) ^ mix32(high + 0x3707344));
  }
  return { a, b };
}

/** The same for a name: FNV-1a over its UTF-16 units, to be used as one word of a key. */
export function nameWord(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Value `index` (below 2^32) of a stream: 32 random bits as a signed integer. */
export function streamBits(a: number, b: number, index: number): number {
  return mix32(mix32((Math.imul(index, 0x9e3779b1) + a) | 0) ^ b);
}
