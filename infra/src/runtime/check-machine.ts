import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { auseqHome } from './auseq-home.js';
import type { Check } from './check.js';

const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** What setup accepts; the binding and the lockfile are made for these. */
export function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  const measured = `${process.versions.node}, N-API ${process.versions.napi}`;
  if (major >= 20 && major < 23) return { name: 'node', state: 'pass', measured };
  return { name: 'node', state: 'fail', measured, fix: 'install Node 20 or 22' };
}

export function platformCheck(): Check {
  const glibc = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;
  const measured = `${process.platform} ${process.arch}, glibc ${glibc ?? 'none'}, ${availableParallelism()} cores`;
  const right = process.platform === 'linux' && process.arch === 'x64' && Number(glibc?.split('.')[1] ?? 0) >= 28;
  if (right) return { name: 'platform', state: 'pass', measured };
  return { name: 'platform', state: 'fail', measured, fix: 'use Linux on x86-64 with glibc 2.28 or newer' };
}

const enoughMemory = 4e9;

export function memoryCheck(): Check {
  const measured = `${gb(freemem())} free of ${gb(totalmem())}`;
  if (totalmem() >= enoughMemory) return { name: 'memory', state: 'pass', measured };
  return {
    name: 'memory',
    state: 'warn',
    measured,
    fix: `one worker of the full model needs about ${gb(enoughMemory)}`,
  };
}

const enoughSharedMemory = 256e6;

/** Containers give 64 MB by default. */
export function sharedMemoryCheck(): Check {
  const name = 'shared memory';
  if (!existsSync('/dev/shm'))
    return { name, state: 'warn', measured: 'no /dev/shm', fix: 'mount a tmpfs on /dev/shm' };
  const bytes = sizeOf('/dev/shm').total;
  if (bytes >= enoughSharedMemory) return { name, state: 'pass', measured: gb(bytes) };
  return { name, state: 'warn', measured: gb(bytes), fix: 'docker run --shm-size=1g' };
}

export function cacheCheck(): Check {
  const home = auseqHome();
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
    return { name: 'cache', state: 'pass', measured: home };
  } catch {
    return {
      name: 'cache',
      state: 'fail',
      measured: `${home} cannot be written`,
      fix: 'AUSEQ_HOME=/a/folder/of/yours npm run setup',
    };
  }
}

const littleDisk = 5e9;
const noDisk = 1e9;

/** A checkpoint has 250 MB, and a run keeps three besides the ends of its epochs. */
export function diskCheck(): Check {
  const { free } = sizeOf(auseqHome());
  const measured = `${gb(free)} free`;
  if (free >= littleDisk) return { name: 'disk', state: 'pass', measured };
  return {
    name: 'disk',
    state: free < noDisk ? 'fail' : 'warn',
    measured,
    fix: `free ${gb(littleDisk - free)} or set AUSEQ_HOME to a bigger disk`,
  };
}

function sizeOf(folder: string): { total: number; free: number } {
  const { blocks, bavail, bsize } = statfsSync(folder);
  return { total: blocks * bsize, free: bavail * bsize };
}
