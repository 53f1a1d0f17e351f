import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { clockFaultsEnv, jumpClock } from './clock-faults.js';

test('a jump moves the wall clock of the process that it names, children included, and no other time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-clock-'));
  const file = join(folder, 'clock.json');
  const child = `const start = performance.now();
    process.stdin.on('data', () => console.log(Date.now(), new Date().getTime(), new Date(5).getTime(), performance.now() - start));`;
  const parent = `const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });`;
  const env = { ...process.env, ...clockFaultsEnv(file) };
  const started = (name: string) =>
    spawn(process.execPath, ['-e', parent, '--', '--name', name], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const [one, other] = [started('worker-1'), started('worker-2')];
  const ask = async (process: typeof one) => {
    process.stdin.write('?');
    const [said] = (await once(process.stdout, 'data')) as [Buffer];
    const [now, made, given, monotonic] = said.toString().trim().split(' ').map(Number) as [
      number,
      number,
      number,
      number,
    ];
    assert.ok(Math.abs(now - made) < 1000);
    assert.equal(given, 5);
    return { jumpedMs: now - Date.now(), monotonic };
  };
  try {
    assert.ok(Math.abs((await ask(one)).jumpedMs) < 60_000);
    jumpClock(file, 'worker-1', 3_600_000);
    jumpClock(file, 'worker-1', -7_200_000);
    await pause(300);
    const { jumpedMs, monotonic } = await ask(one);
    assert.ok(Math.abs(jumpedMs + 3_600_000) < 60_000, String(jumpedMs));
    assert.ok(monotonic > 0 && monotonic < 60_000);
    assert.ok(Math.abs((await ask(other)).jumpedMs) < 60_000);
  } finally {
    for (const process of [one, other]) {
      process.stdin.end();
      process.kill('SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  }
});
