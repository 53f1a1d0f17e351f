import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AuseqError } from '@auseq/proto/errors';
import { isNdArray } from '../formats/nd-array.js';
import { readNpz } from '../formats/npz.js';
import { runNumerics } from './numerics.js';
import { makeParityInputs } from './parity-inputs.fixture.js';
import type { NumericsReport } from './report.js';

const golden = fileURLToPath(new URL('../../../test/golden/parity/', import.meta.url));

/** What `store.py` wrote of one step in PyTorch. */
interface StoredStep {
  readonly asked: readonly (readonly [string, number])[];
  readonly slips: boolean;
  readonly report: NumericsReport;
  readonly arrays: Readonly<Record<string, readonly number[]>>;
  readonly lengths: Readonly<Record<string, number>>;
}

const near = (a: number, b: number, limit: number, what: string) =>
  assert.ok(Math.abs(a - b) <= limit * Math.max(Math.abs(a), Math.abs(b)) + 1e-12, `${what}: ${a}, torch ${b}`);
const length = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));

describe('a step has the numbers of an independent PyTorch implementation (test/golden/parity)', async () => {
  const steps = JSON.parse(await readFile(join(golden, 'tiny-steps.json'), 'utf8')) as StoredStep[];
  let folder: string;
  let inputs: Awaited<ReturnType<typeof makeParityInputs>>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auseq-numerics-'));
    inputs = await makeParityInputs(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const measure = (asked: StoredStep['asked'], legacySlips: boolean, out = '') =>
    runNumerics({
      assets: inputs.assets,
      data: inputs.data,
      asked: asked.map(([sequence, centre]) => ({ sequence, centre })),
      checkpoint: join(golden, 'tiny-model.tar'),
      legacySlips,
      out,
      onNote: () => {},
      signal: new AbortController().signal,
    });

  for (const [index, { asked, slips, report, arrays, lengths }] of steps.entries()) {
    it(`${asked.map(([name, centre]) => `${name} frame ${centre}`).join(' + ')}${slips ? ', legacy slips' : ''}`, async () => {
      const out = join(folder, `${index}.npz`);
      const ours = await measure(asked, slips, out);
      for (const group of ['loss', 'weighted', 'grad_norms', 'adam_weight_norms'] as const) {
        assert.deepEqual(Object.keys(ours[group]).sort(), Object.keys(report[group]).sort(), group);
        const limit = group === 'grad_norms' ? 1e-2 : 1e-3;
        for (const [name, value] of Object.entries(report[group]))
          near(ours[group][name]!, value, limit, `${group} ${name}`);
      }
      near(ours.total, report.total, 1e-3, 'total');
      assert.deepEqual(ours.contour_bin, report.contour_bin);
      for (const [row, pixels] of report.covered_pixels.entries()) {
        assert.ok(pixels > 500, 'the face is to be seen');
        // A machine with other rounding may see an edge pixel more.
        assert.ok(Math.abs(ours.covered_pixels[row]! - pixels) <= 2);
      }
      const written = readNpz(await readFile(out), out);
      for (const [name, torchLength] of Object.entries(lengths)) {
        const array = written.get(name);
        assert.ok(isNdArray(array), name);
        const values = Array.from(array.data as Float32Array);
        near(length(values), torchLength, 1e-3, `length of ${name}`);
        const stored = arrays[name];
        if (!stored) continue;
        assert.equal(values.length, stored.length, name);
        const off = length(values.map((value, i) => value - stored[i]!));
        assert.ok(off <= 1e-3 * torchLength, `${name} is off by ${off / torchLength}`);
      }
    });
  }

  it('the slips change what they are about', () => {
    const [fixed, slips] = steps.slice(-2).map(({ report }) => report) as [NumericsReport, NumericsReport];
    for (const name of ['AUFLoss', 'lip_distance', 'photometric', 'expression_reg'])
      assert.ok(Math.abs(fixed.loss[name]! / slips.loss[name]! - 1) > 1e-3, name);
    near(slips.weighted.AUFLoss!, 7 * slips.loss.AUFLoss!, 1e-6, 'slip 1');
  });

  it('a frame without neighbours, a sequence that is not there, and a folder without assets are named', async () => {
    const [[name]] = steps[0]!.asked as [readonly [string, number]];
    const refused = async (body: () => Promise<unknown>, code: string, pattern: RegExp) =>
      assert.rejects(body, (error) => {
        assert.ok(error instanceof AuseqError);
        assert.equal(error.code, code);
        assert.match(`${error.what} ${error.why}`, pattern);
        return true;
      });
    await refused(() => measure([[name, 0]], false), 'AU_DATA_SAMPLE', /1 to 2/);
    await refused(() => measure([[name, 3]], false), 'AU_DATA_SAMPLE', /1 to 2/);
    await refused(() => measure([['Aff-wild2/masks/none/1', 1]], false), 'AU_DATA_SAMPLE', /0 frames/);
    await refused(() => measure([['Aff-wild2/images/none/1', 1]], false), 'AU_DATA_SAMPLE', /masks/);
    const options = { data: inputs.data, asked: [], checkpoint: '', legacySlips: false, out: '', onNote: () => {} };
    const signal = new AbortController().signal;
    await refused(() => runNumerics({ ...options, assets: inputs.data, signal }), 'AU_ASSETS_NOT_FOUND', /assets/);
  });
});
