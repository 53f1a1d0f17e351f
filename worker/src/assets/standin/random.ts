/** A seeded stream of numbers in [0,1) by 32-bit integer mixing: the same on every machine. */
export function randomStream(seed: number, label: string): () => number {
  let state = mix(seed | 0);
  for (let i = 0; i < label.length; i += 1) state = mix(state ^ Math.imul(label.charCodeAt(i) + 1, 0x9e3779b1));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return (mix(state) >>> 0) / 4294967296;
  };
}

/** Turns a uniform stream into unit normal numbers (Box-Muller, one of the pair). */
export function normalStream(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
