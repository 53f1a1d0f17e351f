import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pinned } from './pinned-versions.js';

const setupFolder = fileURLToPath(new URL('../../setup/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'auseq-setup-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let machines = 0;

/** A machine with a cache of its own and only the given programs, each a line of shell. */
function machine(programs: Record<string, string>) {
  const home = join(folder, String(machines++));
  const bin = join(home, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { home, env: { PATH: bin, HOME: home, AUSEQ_HOME: join(home, 'cache') } };
}

function run(script: string, args: string[], env: NodeJS.ProcessEnv) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(setupFolder, script), ...args], {
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Exit 11, a "try:" line, the code last, no trace, nothing on stdout. */
function assertFailed(result: ReturnType<typeof run>, what: RegExp): void {
  assert.equal(result.status, 11, result.stderr);
  assert.match(result.stderr, what);
  assert.match(result.stderr, /\ntry: .+\nAU_SETUP\n$/);
  assert.doesNotMatch(result.stderr, /^ {4}at /m);
  assert.equal(result.stdout, '');
}

function holdReadyLibrary(env: { AUSEQ_HOME: string }): void {
  const library = join(env.AUSEQ_HOME, 'tensorflow', `${pinned.tensorflow}-cpu`, 'tensorflow');
  mkdirSync(library, { recursive: true });
  writeFileSync(join(library, 'ready.json'), JSON.stringify({ version: pinned.tensorflow, device: 'cpu', files: {} }));
}

describe('setup says what is missing', () => {
  it('python', () => {
    assertFailed(run('setup.mjs', ['--cpu'], machine({}).env), /python3 with pip was not found/);
  });

  it('the network, in the words of pip', () => {
    const { env } = machine({
      python3: 'case "$*" in *--version*) exit 0;; esac; echo "ERROR: No matching distribution"; exit 1',
    });
    assertFailed(run('setup.mjs', ['--cpu'], env), /tensorflow-cpu==[\d.]+\nERROR: No matching distribution\n/);
    assert.deepEqual(readdirSync(join(env.AUSEQ_HOME, 'tensorflow')), []);
    assert.deepEqual(readdirSync(join(env.AUSEQ_HOME, 'locks')), []);
  });

  it('a compiler', () => {
    const { env } = machine({});
    holdReadyLibrary(env);
    assertFailed(run('setup.mjs', ['--cpu'], env), /no C\+\+ compiler was found\ntried g\+\+, c\+\+, clang\+\+/);
  });

  it('what the compiler did not like', () => {
    const { env } = machine({ 'g++': 'test "$1" = --version || { echo "fatal error: no such header" >&2; exit 1; }' });
    holdReadyLibrary(env);
    assertFailed(run('setup.mjs', ['--cpu'], env), /could not be compiled\nfatal error: no such header\n/);
  });

  it('a cache that can be written', () => {
    assertFailed(
      run('setup.mjs', [], { ...machine({}).env, AUSEQ_HOME: '/dev/null/nowhere' }),
      /\/dev\/null\/nowhere cannot be written/,
    );
  });

  it('disk space', async () => {
    const { needDisk } = (await import(join(setupFolder, 'cache.mjs'))) as {
      needDisk: (bytes: number, whatFor: string) => void;
    };
    process.env.AUSEQ_HOME = folder;
    assert.throws(() => needDisk(1e18, 'everything'), /too little disk space/);
    needDisk(1, 'a byte');
    delete process.env.AUSEQ_HOME;
  });

  it('an option it knows', () => {
    for (const [script, args] of [
      ['setup.mjs', ['--gpu']],
      ['setup.mjs', ['--cpu', '--cuda']],
      ['run.mjs', ['dance']],
    ] as const) {
      const { status, stderr } = run(script, [...args], machine({}).env);
      assert.equal(status, 2);
      assert.match(stderr, /\nAU_USAGE\n$/);
    }
  });
});

/** An ended process without a parent may stay a zombie where nobody reaps it. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('an interrupted setup', () => {
  it('ends what it started and leaves no lock and no unfinished folder', async () => {
    const { home, env } = machine({
      python3: 'case "$*" in *--version*) exit 0;; esac; echo $$ > "$HOME/pip.pid"; exec /bin/sleep 60',
    });
    const setup = spawn(process.execPath, [join(setupFolder, 'setup.mjs'), '--cpu'], { env, stdio: 'ignore' });
    const pidFile = join(home, 'pip.pid');
    for (let tries = 0; tries < 200 && !existsSync(pidFile); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const pip = Number(readFileSync(pidFile, 'utf8'));
    setup.kill('SIGTERM');
    const [code] = (await once(setup, 'exit')) as [number];
    assert.equal(code, 143);
    // The kernel may take a moment to end what was killed.
    for (let tries = 0; tries < 200 && runs(pip); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(runs(pip), false);
    assert.deepEqual(readdirSync(join(env.AUSEQ_HOME, 'tensorflow')), []);
    assert.deepEqual(readdirSync(join(env.AUSEQ_HOME, 'locks')), []);
  });
});

describe('two setups at once', () => {
  const holder = (log: string, holdMs: number) => `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(join(setupFolder, 'lock.mjs'))};
    await withLock('thing', async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      await new Promise((resolve) => setTimeout(resolve, ${holdMs}));
      appendFileSync(${JSON.stringify(log)}, 'out ');
    });`;
  const start = async (log: string, holdMs: number, env: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder(log, holdMs)], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return { child, ended: once(child, 'exit') };
  };

  it('work one after the other', async () => {
    const { home, env } = machine({});
    const log = join(home, 'log');
    const all = await Promise.all(Array.from({ length: 4 }, () => start(log, 50, env)));
    await Promise.all(all.map(({ ended }) => ended));
    assert.equal(readFileSync(log, 'utf8'), 'in out '.repeat(4));
  });

  it('are not held up by one that was killed', async () => {
    const { home, env } = machine({});
    const log = join(home, 'log');
    const killed = await start(log, 60_000, env);
    for (let tries = 0; tries < 200 && !existsSync(log); tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    killed.child.kill('SIGKILL');
    await killed.ended;
    assert.equal(readdirSync(join(env.AUSEQ_HOME, 'locks')).length, 1);
    await (await start(log, 1, env)).ended;
    assert.equal(readFileSync(log, 'utf8'), 'in in out ');
    assert.deepEqual(readdirSync(join(env.AUSEQ_HOME, 'locks')), []);
  });
});
