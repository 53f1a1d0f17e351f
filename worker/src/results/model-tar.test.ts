import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { legacySlips, slipsOfOldWeights } from '@auseq/configs/legacy-slips';
import { runConfig } from '@auseq/configs/schema';
import { AuseqError } from '@auseq/proto/errors';
import type { HostArray } from '../assets/types.js';
import { isNdArray } from '../formats/nd-array.js';
import { readTorch } from '../formats/torch.js';
import { writeTorchZip } from '../formats/write-torch-zip.js';
import { bivitParameters, bivitShapes } from '../model/bivit/shape.js';
import { networkParameters } from '../model/networks/parameters.js';
import { resNetShapes } from '../model/networks/resnet-shape.js';
import { countWeights, sizeOf } from '../model/parameter.js';
import { describeModelTar } from './describe-model-tar.js';
import { fitWeights } from './fit-weights.js';
import { type ModelTar, writeModelTar } from './model-tar.js';
import { ofWeights, slipsOfModelTar, withSlips } from './model-tar-slips.js';
import { readModelTar } from './read-model-tar.js';

type Preset = 'tiny' | 'legacy';

function modelTar(preset: Preset, value: (index: number) => number): ModelTar {
  const parameters = bivitParameters(bivitShapes[preset]);
  let next = 0;
  const arrays = ['w', 'm', 'v'].flatMap((kind) =>
    parameters.map(({ name, shape }) => {
      const start = next;
      next += sizeOf(shape);
      return { name: `${kind}/${name}`, shape, data: new Float32Array(sizeOf(shape)).map((_, i) => value(start + i)) };
    }),
  );
  const eFlame = new Map(
    networkParameters('e_flame', resNetShapes[preset]).map(({ name, shape }): [string, HostArray] => [
      name,
      { shape, data: new Float32Array(sizeOf(shape)).fill(0.5) },
    ]),
  );
  return {
    snapshot: { step: 500, arrays },
    eFlame,
    batchSize: 1,
    learningRate: 1e-4,
    slips: ofWeights(legacySlips.parse({})),
  };
}

const file = (tar: ModelTar) => Buffer.concat([...writeModelTar(tar)]);

describe('model.tar', () => {
  const tar = modelTar('tiny', (index) => Math.sin(index));
  const parameters = bivitParameters(bivitShapes.tiny);
  const bytes = file(tar);

  it('comes back bit for bit, moments and step included, and is written the same again', () => {
    const back = readModelTar(bytes, 'x', parameters);
    assert.deepEqual(back.snapshot, tar.snapshot);
    assert.equal(back.globalStep, 500);
    assert.ok(file({ ...tar, snapshot: back.snapshot }).equals(bytes));
  });

  it('tells its head, window and step, or what is wrong with it', () => {
    const network = { preset: 'tiny', head: 'OnlyE', frames: 3, weights: parameters.length, step: 500 };
    assert.deepEqual(describeModelTar(bytes, 'x'), { network, problem: '' });
    const damaged = Buffer.from(bytes);
    damaged.write('vit.FC_glub', damaged.indexOf('vit.FC_glob.bias'));
    assert.match(describeModelTar(damaged, 'x').problem, /CRC|vit.FC_gl/);
    assert.match(describeModelTar(bytes.subarray(0, 5000), 'x').problem, /\w/);
    assert.match(
      describeModelTar(Buffer.concat([...writeTorchZip('a', new Map([['global_step', 1]]))]), 'x').problem,
      /vit.pos_embedding/,
    );
  });

  it('has the five keys, records at multiples of 64, and a counter for each norm of E_flame', () => {
    const value = readTorch(bytes, 'x') as Map<string, unknown>;
    assert.deepEqual([...value.keys()], ['E_flame', 'BiViT', 'opt', 'global_step', 'batch_size']);
    const eFlame = value.get('E_flame') as Map<string, unknown>;
    const norms = [...eFlame.keys()].filter((key) => key.endsWith('.running_var')).length;
    assert.equal([...eFlame.keys()].filter((key) => key.endsWith('.num_batches_tracked')).length, norms);
    for (let at = bytes.indexOf('PK\x03\x04'); at >= 0; at = bytes.indexOf('PK\x03\x04', at + 4)) {
      const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
      assert.equal(start % 64, 0);
    }
  });

  it('carries the switches of its weights; one that we did not write has those of the legacy code', () => {
    const slips = { au_net_raw_input: false, sh_basis: 'deca', single_key_attention: false } as const;
    assert.deepEqual(slipsOfModelTar(file({ ...tar, slips }), 'x'), { slips, old: false });
    const foreign = Buffer.concat([...writeTorchZip('archive', new Map([['global_step', 1]]))]);
    assert.deepEqual(slipsOfModelTar(foreign, 'x'), { slips: slipsOfOldWeights, old: true });
    const { config, changed } = withSlips(runConfig.parse({}), slipsOfOldWeights);
    assert.deepEqual(changed, ['au_net_raw_input']);
    assert.equal(config.legacy.au_net_raw_input, true);
    assert.deepEqual(withSlips(runConfig.parse({}), ofWeights(legacySlips.parse({}))).changed, []);
  });

  it('gives a smaller network what fits, by name and shape, and lists the rest', () => {
    const narrow = bivitParameters({ ...bivitShapes.tiny, outputs: 50 });
    const { weights, missing, unfit } = fitWeights(bytes, 'x', narrow);
    assert.equal(weights.size, narrow.length - 2);
    assert.deepEqual(
      weights.get('vit.cls_token'),
      tar.snapshot.arrays.find(({ name }) => name === 'w/vit.cls_token')!.data,
    );
    assert.deepEqual(missing, ['vit.mlp_head.weight', 'vit.mlp_head.bias']);
    assert.ok(unfit.includes('vit.mlp_head.weight [127, 32]'));
    assert.ok(
      unfit.some((one) => one.startsWith('encoder.conv1.weight')),
      'E_flame has no place in it',
    );
    const foreign = Buffer.concat([
      ...writeTorchZip('a', new Map([['gat.w', { tensor: { shape: [1], data: Float32Array.of(1) } }]])),
    ]);
    assert.throws(() => fitWeights(foreign, 'x', narrow), { code: 'AU_ASSETS_INVALID' });
  });

  it('of another network, or one whose optimiser stands elsewhere, is refused by key', () => {
    const refused = (body: () => unknown, pattern: RegExp) =>
      assert.throws(body, (error) => {
        assert.ok(error instanceof AuseqError);
        assert.equal(error.code, 'AU_CHECKPOINT_CORRUPT');
        assert.match(error.why, pattern);
        return true;
      });
    const wider = bivitParameters({ ...bivitShapes.tiny, outputs: 130 });
    refused(() => readModelTar(bytes, 'x', wider), /"BiViT\.vit\.mlp_head\.weight" is \[127, 32\], not \[130, 32\]/);
    const deeper = bivitParameters({ ...bivitShapes.tiny, layers: 3 });
    refused(() => readModelTar(bytes, 'x', deeper), /"BiViT\.vit\.transformer\.layers\.2.* is missing/);
    const shallower = bivitParameters({ ...bivitShapes.tiny, layers: 1 });
    refused(() => readModelTar(bytes, 'x', shallower), /keys more, first vit\.transformer\.layers\.1/);
  });
});

it('a model.tar of the legacy sizes is 353.9 MB', () => {
  const legacy = modelTar('legacy', () => 0);
  let size = 0;
  for (const piece of writeModelTar(legacy)) size += piece.length;
  assert.equal(countWeights(bivitParameters(bivitShapes.legacy)), 20_841_599);
  assert.ok(Math.abs(size / 1e6 - 353.9) <= 0.1, `${size} bytes`);
  assert.ok([...legacy.eFlame.values()].every((array) => isNdArray(array)));
});
