import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { auseqHome } from './cache.mjs';
import { atExit } from './clean-exit.mjs';
import { say } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

const pollMs = 250;
const sayEveryMs = 15_000;
const waitMs = 45 * 60_000;
/** A holder on another host cannot be looked at: its lock counts as dead when it is this old. */
const foreignMs = 60 * 60_000;

/** Runs `work` while no other process of this user works on the same artefact. */
export async function withLock(name, work) {
  const file = path.join(auseqHome(), 'locks', `${name}.lock`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await acquire(file, name);
  const release = () => fs.rmSync(file, { force: true });
  const forget = atExit(release);
  try {
    return await work();
  } finally {
    release();
    forget();
  }
}

async function acquire(file, name) {
  const start = Date.now();
  let said = -sayEveryMs;
  while (!take(file)) {
    breakStale(file);
    const waited = Date.now() - start;
    if (waited > waitMs) {
      throw new SetupError(
        `another setup has worked on ${name} for too long`,
        `${file} is held: ${read(file)}`,
        `end that process, or rm ${file}`,
      );
    }
    if (waited - said >= sayEveryMs) {
      say(`another setup works on ${name}: waiting`);
      said = waited;
    }
    await sleep(pollMs);
  }
}

/** A link appears with its content or not at all, and never over another. */
function take(file) {
  const mine = `${file}.${process.pid}`;
  fs.writeFileSync(mine, JSON.stringify(identity(process.pid)));
  try {
    fs.linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

/** Moves a dead holder's lock away, and puts it back when a live one had taken it in between. */
function breakStale(file) {
  const held = read(file);
  if (held === null || isAlive(held, file)) return;
  const aside = `${file}.stale-${process.pid}`;
  try {
    fs.renameSync(file, aside);
    if (fs.readFileSync(aside, 'utf8') !== held) fs.linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  fs.rmSync(aside, { force: true });
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function isAlive(held, file) {
  let holder;
  try {
    holder = JSON.parse(held);
  } catch {
    return false;
  }
  const here = identity(process.pid);
  if (holder.host !== here.host) return Date.now() - fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs < foreignMs;
  return identity(holder.pid)?.started === holder.started;
}

/** A process by number and start time: numbers are used again. The host includes the container, whose numbers are its own. */
function identity(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return { pid, started, host: `${os.hostname()} ${fs.readlinkSync('/proc/self/ns/pid')}` };
  } catch {
    return null;
  }
}
