import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { allSlips } from '@auseq/configs/legacy-slips';
import { type RunConfig, runConfig } from '@auseq/configs/schema';
import { loadAssets } from '../assets/load.js';
import { synthesizeAssets } from '../assets/synthesize.js';
import type { AssetBundle } from '../assets/types.js';
import { decodeRow } from '../model/head.js';
import { sizeOf } from '../model/parameter.js';
import { createBivitEngine } from './bivit-engine.js';
import type { EngineInputs } from './engine-inputs.js';
import { coarse, id, manifest, samples, side } from './one-clip.fixture.js';
import { sizesOf } from './sizes.js';
import { trainedNetwork } from './trained-network.js';

const signal = new AbortController().signal;

const off = { reg_tex: 0, reg_light: 0 };
const residual = { residual: true };
const cases: { name: string; model?: object; loss?: object; dataset?: object; legacy?: object; parameters: number }[] =
  [
    { name: 'OnlyE', parameters: 46_559 },
    { name: 'EandJT', model: { head: 'EandJT' }, parameters: 46_658 },
    { name: 'EandJT, jaw replaced', model: { head: 'EandJT', jaw: 'replace' }, parameters: 46_658 },
    { name: 'EandJ', model: { head: 'EandJ' }, loss: off, parameters: 44_117 },
    { name: 'exp-only', model: { head: 'exp-only' }, loss: off, parameters: 44_018 },
    { name: 'exp-only on E_flame', model: { head: 'exp-only', coarse: 'e_flame' }, loss: off, parameters: 44_018 },
    { name: 'window 7, no masks', dataset: { windowsize: 7, use_mask: false }, parameters: 46_687 },
    { name: 'window 11', dataset: { windowsize: 11 }, parameters: 46_815 },
    { name: 'AU losses', loss: { au: 1, au_lmk: 1, au_dist: 1 }, parameters: 46_559 },
    { name: 'all legacy slips', legacy: allSlips, parameters: 46_559 },
    { name: 'a key for each frame', legacy: { single_key_attention: false }, parameters: 46_559 },
    {
      name: 'bivit2',
      model: { network: 'bivit2', head: 'EandJT', ...residual },
      legacy: { sh_basis: 'deca' },
      parameters: 63_042,
    },
  ];

describe('a training step of each variant', () => {
  let folder: string;
  let assets: AssetBundle;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auseq-variants-'));
    await synthesizeAssets({ out: join(folder, 'assets'), preset: 'tiny', seed: 1 });
    assets = await loadAssets(join(folder, 'assets'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const configOf = ({ model = {}, loss = {}, dataset = {}, legacy = {} }: (typeof cases)[number]): RunConfig =>
    runConfig.parse({
      batch: { leaves: 2 },
      model: { preset: 'tiny', coarse: 'fit', ...model },
      loss,
      legacy,
      dataset: { image_size: side, mead_sequences: 0, affwild2_copies: 2, ...dataset },
    });
  const inputsOf = (config: RunConfig): EngineInputs => ({
    config,
    assets,
    manifest,
    loader: samples(config.dataset.windowsize),
    coarse: config.model.coarse === 'fit' ? new Map([[id, coarse]]) : new Map<string, never>(),
    featureCache: null,
  });

  for (const one of cases) {
    it(`${one.name}: finite losses, a gradient for every weight, other weights after it`, async () => {
      const config = configOf(one);
      const sizes = sizesOf(config);
      const engine = createBivitEngine(inputsOf(config), 'allreduce');
      try {
        assert.equal(engine.parameters, one.parameters);
        const features = await engine.features(0, 0, signal);
        const gradient = await engine.supervise(features, signal);
        const losses = Object.entries(gradient.losses);
        assert.ok(losses.length > 10);
        const asked = ['au_score', 'au_landmark', 'au_distance'].map((name) => name in gradient.losses);
        assert.deepEqual(asked, Array(3).fill(config.loss.au > 0));
        for (const [name, value] of losses) assert.ok(Number.isFinite(value), `${name} is ${value}`);
        const flat = engine.parameterGradient(features, gradient);
        assert.ok(flat.every((value) => Number.isFinite(value)));
        let start = 0;
        for (const { name, shape } of trainedNetwork(sizes).parameters(sizes.bivit)) {
          const values = flat.subarray(start, start + sizeOf(shape));
          start += sizeOf(shape);
          // A single key leaves the query without influence (model-facts §0.1): the published network only.
          const oneKey = sizes.network === 'bivit' && config.legacy.single_key_attention;
          const silent = oneKey && name.endsWith('.1.to_q.weight');
          assert.equal(
            values.some((value) => value !== 0),
            !silent,
            name,
          );
        }
        const before = engine.checksum();
        engine.applyGradient(0, flat);
        assert.notEqual(engine.checksum(), before);
        const data = await engine.prepare(features.draws[0]!.draw, signal);
        const { codes, projected } = engine.infer(data);
        assert.equal(codes.length, sizes.bivit.outputs);
        const shown = engine.picture(data, codes, engine.raster(projected));
        assert.ok(shown.image!.every((value) => Number.isFinite(value)));
      } finally {
        engine.dispose();
      }
    });
  }

  it('bivit2 starts all but at the coarse face', async () => {
    const config = configOf(cases.at(-1)!);
    const { head } = sizesOf(config);
    const engine = createBivitEngine(inputsOf(config), 'gather');
    try {
      const draw = { epoch: 0, position: 0, copy: 0, sequence: id, centre: 3 };
      const data = await engine.prepare(draw, signal);
      const { exp, pose } = decodeRow(engine.infer(data).codes, data.coarse, head);
      assert.ok(exp.every((value) => Math.abs(value) < 0.01));
      for (const [i, value] of pose.entries()) assert.ok(Math.abs(value - coarse.pose[3]![i]!) < 0.01);
    } finally {
      engine.dispose();
    }
  });
});
