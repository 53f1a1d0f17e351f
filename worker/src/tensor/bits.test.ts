import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('./bits.fixture.js', import.meta.url));

async function digest(threads: number): Promise<string> {
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: String(threads) };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env, timeout: 60_000 });
  return stdout;
}

it('training gives the same bits in every process, with one thread and with two', async () => {
  const [first, again, two] = await Promise.all([digest(1), digest(1), digest(2)]);
  assert.match(first!, /^[0-9a-f]{64}$/);
  assert.equal(again, first);
  assert.equal(two, first);
});
