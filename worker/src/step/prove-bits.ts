import { createHash } from 'node:crypto';
import type { Proof } from '@auseq/proto/proof';
import type { TypedArray } from '../tensor/session.js';
import type { BivitEngine, EngineSample } from './bivit-engine.js';
import type { SyncMode } from './context.js';
import type { EngineSnapshot } from './engine.js';
import { bytesOf } from './leaf-payload.js';

/** What is hashed of a part, by name. */
type Parts = Readonly<Record<string, TypedArray | string>>;

/**
 * What this process's decoder and programs make of the run's fixed sample, a SHA-256 for each part (PROTOCOL 7). Equal on
 * every worker that computes the same bits: of the first draw in the list, the weights that the run begins with, and no
 * cached feature. The state is as it was afterwards. Throws AU_DATA_SAMPLE and AU_NUMERIC.
 */
export async function proveBits(engine: BivitEngine, sync: SyncMode, signal: AbortSignal): Promise<Proof> {
  const sample = await engine.sample(signal);
  const { data, codes, projected, gradient } = sample;
  const { image, mask, landmark, landmarkDense, ...targets } = data.targets;
  const before = engine.snapshot();
  const learnt = update(engine, sync, sample, before);
  return {
    decode: hashOf({ content: data.draws[0]!.contentHash, image, mask, landmark, landmarkDense }),
    features: hashOf({ afn: data.afn, global: data.global, ...data.coarse, ...targets }),
    supervise: hashOf({ codes, projected, dcodes: gradient.payload, losses: JSON.stringify(gradient.losses) }),
    ...learnt,
  };
}

/** The parameter gradient and one update by it, which is taken back. */
function update(
  engine: BivitEngine,
  sync: SyncMode,
  { features, gradient }: EngineSample,
  before: EngineSnapshot,
): { gradient: string; update: string } {
  try {
    if (sync === 'allreduce') {
      const flat = engine.parameterGradient(features, gradient);
      engine.applyGradient(0, flat);
      return { gradient: hashOf({ flat }), update: hashOf(stateOf(engine)) };
    }
    engine.update(0, Array(engine.leaves).fill({ features, gradient }));
    // `update` returns no gradient, but the first moment is a tenth of it.
    const state = Object.entries(stateOf(engine));
    const part = (isMoment: boolean) => state.filter(([name]) => name.startsWith('m/') === isMoment);
    return { gradient: hashOf(Object.fromEntries(part(true))), update: hashOf(Object.fromEntries(part(false))) };
  } finally {
    engine.restore(before);
  }
}

function stateOf(engine: BivitEngine): Parts {
  return Object.fromEntries(engine.snapshot().arrays.map(({ name, data }) => [name, data]));
}

function hashOf(parts: Parts): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(parts)) {
    hash.update(`${name} ${value.length}\n`);
    hash.update(typeof value === 'string' ? value : bytesOf(value));
  }
  return hash.digest('hex');
}
