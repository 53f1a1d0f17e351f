import type { HostArray, WeightMap } from '../assets/types.js';
import type { OrderedDict, PythonValue } from '../formats/pickle/python-value.js';
import { writeTorchZip } from '../formats/write-torch-zip.js';
import type { EngineSnapshot } from '../step/engine.js';
import { slipsRecord, type WeightSlips } from './model-tar-slips.js';

/** What the legacy model.tar holds (model-facts §0.6, §12). */
export interface ModelTar {
  /** Weights and Adam's moments of BiViT; its step is the file's `global_step`. */
  readonly snapshot: EngineSnapshot;
  /** Frozen, but kept in the file. */
  readonly eFlame: WeightMap;
  readonly batchSize: number;
  readonly learningRate: number;
  /** The switches that the weights were trained with. */
  readonly slips: WeightSlips;
}

/** The pieces of a model.tar that `torch.load` opens and the legacy code goes on from: 353.9 MB at the legacy sizes. */
export function writeModelTar({ snapshot, eFlame, batchSize, learningRate, slips }: ModelTar): Generator<Uint8Array> {
  const kinds = ['w', 'm', 'v'] as const;
  const [weights, first, second] = kinds.map((kind) =>
    snapshot.arrays.filter(({ name }) => name.startsWith(`${kind}/`)),
  );
  const tensor = (shape: readonly number[], data: Float32Array): PythonValue => ({ tensor: { shape, data } });
  const step = () => tensor([], Float32Array.of(snapshot.step));
  const state = new Map(
    weights!.map(({ shape }, index): [number, PythonValue] => [
      index,
      new Map([
        ['step', step()],
        ['exp_avg', tensor(shape, first![index]!.data)],
        ['exp_avg_sq', tensor(shape, second![index]!.data)],
      ]),
    ]),
  );
  const group = new Map<string, PythonValue>([
    ['lr', { float: learningRate }],
    ['betas', { tuple: [{ float: 0.9 }, { float: 0.999 }] }],
    ['eps', { float: 1e-8 }],
    ['weight_decay', 0],
    ['amsgrad', false],
    ['maximize', false],
    ['foreach', null],
    ['capturable', false],
    ['differentiable', false],
    ['fused', null],
    ['params', weights!.map((_, index) => index)],
  ]);
  const bivit = new Map(weights!.map(({ name, shape, data }) => [name.slice(2), tensor(shape, data)]));
  return writeTorchZip(
    'model',
    new Map<string, PythonValue>([
      ['E_flame', withCounters(eFlame)],
      ['BiViT', { ordered: bivit }],
      [
        'opt',
        new Map<string, PythonValue>([
          ['state', state],
          ['param_groups', [group]],
        ]),
      ],
      ['global_step', snapshot.step],
      ['batch_size', batchSize],
    ]),
    { [slipsRecord]: JSON.stringify(slips) },
  );
}

/** torch counts the batches of each norm; a frozen network never used the number, but its loader wants the key. */
function withCounters(weights: WeightMap): OrderedDict {
  const entries = new Map<string, PythonValue>();
  for (const [name, { shape, data }] of weights) {
    entries.set(name, { tensor: { shape, data: Float32Array.from(data as HostArray['data']) } });
    const norm = /^(.*)\.running_var$/.exec(name)?.[1];
    if (norm !== undefined)
      entries.set(`${norm}.num_batches_tracked`, { tensor: { shape: [], data: BigInt64Array.of(0n) } });
  }
  return { ordered: entries };
}
