import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';

/** Makes the package fail to load as it does where its native half was never built. */
const withoutBinding = `
const Module = require('node:module');
const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === '@tensorflow/tfjs-node-gpu') throw new Error('native addon not found\\nmore lines');
  return load(name, ...rest);
};`;

const importer = `import(${JSON.stringify(new URL('./tf.js', import.meta.url).href)})
  .catch((error) => console.log(JSON.stringify(error)));`;

it('a missing runtime is a coded error that says what to run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'auseq-runtime-'));
  try {
    const preload = join(folder, 'preload.cjs');
    await writeFile(preload, withoutBinding);
    const { stdout } = await promisify(execFile)(process.execPath, ['--require', preload, '-e', importer], {
      timeout: 30_000,
    });
    assert.deepEqual(JSON.parse(stdout), {
      code: 'AU_RUNTIME_MISSING',
      what: 'TensorFlow could not be loaded',
      why: 'native addon not found',
      try: 'npm run setup',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
