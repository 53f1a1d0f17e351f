import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stepEnvironment } from './step-environment.js';

it('a step process gets everything that its bits depend on', () => {
  const env = stepEnvironment({ threads: 3, onednn: false, device: 'cpu' });
  assert.equal(env.TF_NUM_INTRAOP_THREADS, '3');
  assert.equal(env.OMP_NUM_THREADS, '3');
  assert.equal(env.TF_ENABLE_ONEDNN_OPTS, '0');
  assert.equal(env.TF_DETERMINISTIC_OPS, '1');
  assert.equal(env.CUDA_VISIBLE_DEVICES, '-1');
});

it('a GPU is chosen by number, or all are seen', () => {
  const settings = { threads: 1, onednn: true, device: 'cuda' } as const;
  assert.equal(stepEnvironment({ ...settings, gpu: 2 }).CUDA_VISIBLE_DEVICES, '2');
  assert.equal('CUDA_VISIBLE_DEVICES' in stepEnvironment(settings), false);
});
