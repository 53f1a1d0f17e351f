/** A small seeded generator (xorshift32): the same damage in every run. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A damaged copy: flipped bits, cut or doubled stretches, foreign bytes, lengths made huge. */
export function mutate(data: Uint8Array, other: Uint8Array, random: (below: number) => number): Uint8Array {
  let damaged: Uint8Array = data.slice();
  for (let times = 1 + random(3); times > 0 && damaged.length > 0; times--) {
    const at = random(damaged.length);
    const length = 1 + random(Math.min(64, damaged.length));
    switch (random(6)) {
      case 0:
        damaged[at]! ^= 1 << random(8);
        break;
      case 1:
        damaged = damaged.slice(0, at);
        break;
      case 2:
        damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + length)]);
        break;
      case 3:
        damaged = Buffer.concat([damaged.subarray(0, at + length), damaged.subarray(at)]);
        break;
      case 4: {
        const from = random(other.length);
        damaged.set(other.subarray(from, from + Math.min(length, damaged.length - at)), at);
        break;
      }
      default:
        damaged.fill(random(2) ? 0xff : 0, at, Math.min(damaged.length, at + 1 + random(8)));
    }
  }
  return damaged;
}
