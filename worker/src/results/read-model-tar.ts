import { AuseqError } from '@auseq/proto/errors';
import { isNdArray, type NdArray } from '../formats/nd-array.js';
import { readTorch } from '../formats/torch.js';
import { type Parameter, sizeOf } from '../model/parameter.js';
import type { EngineSnapshot } from '../step/engine.js';

export interface ModelTarState {
  /** Its step is the optimiser's, on which Adam's bits depend: 0 where it has no state yet. */
  readonly snapshot: EngineSnapshot;
  /** The file's `global_step`: a legacy loop may have counted it before or after its optimiser. */
  readonly globalStep: number;
}

type Dict = ReadonlyMap<unknown, unknown>;

/**
 * BiViT's weights, Adam's moments and the step of a legacy model.tar, for a network of these parameters in this order
 * (model-facts §12: the order is the optimiser's). Throws AU_FILE_FORMAT, or AU_CHECKPOINT_CORRUPT naming the key.
 */
export function readModelTar(data: Uint8Array, path: string, parameters: readonly Parameter[]): ModelTarState {
  const unfit = (why: string): AuseqError =>
    new AuseqError('AU_CHECKPOINT_CORRUPT', {
      what: `${path} is no model.tar that this network can go on from`,
      why,
      try: 'check that it comes from the same head and window (model.preset), and is the legacy model.tar',
    });
  const dict = (value: unknown, what: string): Dict => {
    if (value instanceof Map) return value;
    throw unfit(`${what} is missing`);
  };
  const array = (value: unknown, shape: readonly number[], what: string): Float32Array => {
    if (!isNdArray(value)) throw unfit(`${what} is missing`);
    if (value.shape.join() !== shape.join())
      throw unfit(`${what} is [${value.shape.join(', ')}], not [${shape.join(', ')}]`);
    return Float32Array.from(value.data as Float32Array);
  };
  const file = dict(readTorch(data, path), 'its dictionary');
  const bivit = stripped(dict(file.get('BiViT'), '"BiViT"'));
  const extra = [...bivit.keys()].filter((key) => !parameters.some(({ name }) => name === key));
  if (extra.length > 0) throw unfit(`"BiViT" has ${extra.length} keys more, first ${extra[0]}`);
  const state = dict(dict(file.get('opt'), '"opt"').get('state'), '"opt.state"');
  const step = file.get('global_step');
  if (typeof step !== 'number' || !Number.isSafeInteger(step) || step < 0)
    throw unfit('"global_step" is no number of steps');

  const steps = new Set(
    [...state.values()].map((kept) => (kept instanceof Map ? Number(plainNumber(kept.get('step'))) : Number.NaN)),
  );
  if (steps.size > 1 || [...steps].some((taken) => !Number.isSafeInteger(taken) || taken < 0))
    throw unfit(`the weights of "opt.state" stand at different steps: ${[...steps].slice(0, 5).join(', ')}`);
  const arrays = { w: [] as Float32Array[], m: [] as Float32Array[], v: [] as Float32Array[] };
  for (const [index, { name, shape }] of parameters.entries()) {
    arrays.w.push(array(bivit.get(name), shape, `"BiViT.${name}"`));
    const moments = state.get(index);
    // torch keeps no state of a weight that never had a gradient.
    const kept = moments instanceof Map ? (moments as Dict) : null;
    const moment = (key: string) =>
      kept ? array(kept.get(key), shape, `"opt.state[${index}].${key}" (${name})`) : new Float32Array(sizeOf(shape));
    arrays.m.push(moment('exp_avg'));
    arrays.v.push(moment('exp_avg_sq'));
  }
  return {
    globalStep: step,
    snapshot: {
      step: [...steps][0] ?? 0,
      arrays: (['w', 'm', 'v'] as const).flatMap((kind) =>
        parameters.map(({ name, shape }, index) => ({ name: `${kind}/${name}`, shape, data: arrays[kind][index]! })),
      ),
    },
  };
}

/** An int, or the scalar tensor that newer torch keeps. */
function plainNumber(value: unknown): unknown {
  return isNdArray(value) ? Number((value as NdArray).data[0]) : value;
}

function stripped(dict: Dict): ReadonlyMap<string, unknown> {
  return new Map([...dict].map(([key, value]) => [String(key).replace(/^module\./, ''), value]));
}
