import { AuseqError } from '@auseq/proto/errors';
import type { DrawRecord, LeafFeatures, LeafGradient } from '../step/engine.js';

/** A contribution is JSON (what it says about itself) and a payload (numbers): u32 length of the JSON, JSON, payload. */
function pack(head: unknown, payload: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(4 + json.byteLength + payload.byteLength);
  new DataView(bytes.buffer).setUint32(0, json.byteLength, true);
  bytes.set(json, 4);
  bytes.set(payload, 4 + json.byteLength);
  return bytes;
}

/** The payload is a copy, so that it may be viewed as floats whatever its offset was. */
function unpack<T>(bytes: Uint8Array, what: string): { head: T; payload: Uint8Array } {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as T;
    return { head, payload: bytes.slice(4 + length) };
  } catch (cause) {
    throw new AuseqError('AU_UNEXPECTED', {
      what: `a contribution (${what}) cannot be read`,
      why: String(cause),
      try: 'check that all workers run the same release',
      cause,
    });
  }
}

interface FeaturesHead {
  step: number;
  leaf: number;
  draws: readonly DrawRecord[];
}

interface GradientHead {
  step: number;
  leaf: number;
  losses: Readonly<Record<string, number>>;
}

/** What a leaf contributes to the ledger and the losses when its numbers travel another way (all-reduce). */
export interface LeafRecord extends FeaturesHead, GradientHead {}

export function encodeFeatures({ step, leaf, draws, payload }: LeafFeatures): Uint8Array {
  return pack({ step, leaf, draws } satisfies FeaturesHead, payload);
}

export function decodeFeatures(bytes: Uint8Array): LeafFeatures {
  const { head, payload } = unpack<FeaturesHead>(bytes, 'features');
  return { ...head, payload };
}

export function encodeGradient({ step, leaf, losses, payload }: LeafGradient): Uint8Array {
  return pack({ step, leaf, losses } satisfies GradientHead, payload);
}

export function decodeGradient(bytes: Uint8Array): LeafGradient {
  const { head, payload } = unpack<GradientHead>(bytes, 'gradient');
  return { ...head, payload };
}

export function encodeLeafRecord({ step, leaf, draws, losses }: LeafRecord): Uint8Array {
  return pack({ step, leaf, draws, losses } satisfies LeafRecord, new Uint8Array(0));
}

export function decodeLeafRecord(bytes: Uint8Array): LeafRecord {
  return unpack<LeafRecord>(bytes, 'record').head;
}
