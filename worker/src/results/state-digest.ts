import { createHash } from 'node:crypto';
import type { EngineSnapshot } from '../step/engine.js';

/** Where the endless concatenation of data epochs stands: the next draw to be used. */
export interface DataPosition {
  readonly epoch: number;
  readonly position: number;
}

/** All that decides what training does next (PROTOCOL, "state digest"). */
export interface TrainingState {
  readonly snapshot: EngineSnapshot;
  readonly data: DataPosition;
  readonly seed: number;
}

/**
 * SHA-256 over (name, dtype, shape, little-endian bytes) in name order of weights, Adam moments, step, data position and RNG.
 * It holds no part layout, time, run name or membership, so two runs that trained the same have the same digest.
 */
export function stateDigest(state: TrainingState): string {
  const hash = createHash('sha256');
  const entries = [
    ...state.snapshot.arrays.map((array) => ({ ...array, dtype: 'float32' })),
    scalar('data/epoch', state.data.epoch),
    scalar('data/position', state.data.position),
    scalar('rng/seed', state.seed),
    scalar('step', state.snapshot.step),
  ].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { name, dtype, shape, data } of entries) {
    hash.update(`${name}\0${dtype}\0${shape.join(',')}\0`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

function scalar(name: string, value: number) {
  return { name, dtype: 'uint64', shape: [] as number[], data: BigUint64Array.of(BigInt(value)) };
}
