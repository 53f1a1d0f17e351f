import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { askProgram, firstLine } from './ask-program.js';
import type { Check } from './check.js';
import { findProgram } from './find-program.js';
import { tensorflowRuntime } from './tensorflow-runtime.js';

/** Setup brings libraries with pip. */
export async function pythonCheck(): Promise<Check> {
  const answer = await askProgram('python3', ['-m', 'pip', '--version']);
  if (answer.code === 0)
    return { name: 'python', state: 'pass', measured: firstLine(answer.stdout).replace(/ from .* \(/, ' (') };
  return {
    name: 'python',
    state: 'warn',
    measured: 'python3 with pip was not found',
    fix: 'apt-get install -y python3-pip (needed by setup only)',
  };
}

/** Setup compiles the TensorFlow binding. */
export async function compilerCheck(): Promise<Check> {
  const compilers = process.env.CXX ? [process.env.CXX] : ['g++', 'c++', 'clang++'];
  for (const compiler of compilers) {
    const answer = await askProgram(compiler, ['--version']);
    if (answer.code === 0) return { name: 'compiler', state: 'pass', measured: firstLine(answer.stdout) };
  }
  return {
    name: 'compiler',
    state: 'warn',
    measured: `no ${compilers.join(', ')}`,
    fix: 'apt-get install -y g++ (needed by setup only)',
  };
}

/** Videos are decoded by ffmpeg: the machine's, else the one that came with the packages. */
export async function ffmpegCheck(): Promise<Check> {
  const program = findProgram('ffmpeg') ?? packagedFfmpeg();
  const answer = program ? await askProgram(program, ['-version']) : null;
  if (answer?.code === 0)
    return {
      name: 'ffmpeg',
      state: 'pass',
      measured: `${firstLine(answer.stdout).split(' Copyright')[0]} (${program})`,
    };
  return { name: 'ffmpeg', state: 'warn', measured: answer?.stderr ?? 'not found', fix: 'npm ci, or install ffmpeg' };
}

function packagedFfmpeg(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('@ffmpeg-installer/linux-x64/package.json');
    const program = join(dirname(manifest), 'ffmpeg');
    return existsSync(program) ? program : null;
  } catch {
    return null;
  }
}

const driverFile = '/proc/driver/nvidia/version';

/** A GPU that TensorFlow's library cannot use is worth a word; none at all is not. */
export async function gpuCheck(): Promise<Check> {
  if (!existsSync(driverFile))
    return { name: 'gpu', state: 'pass', measured: 'no NVIDIA driver: computing on the CPU' };
  const listed = await askProgram('nvidia-smi', [
    '--query-gpu=name,memory.total,driver_version',
    '--format=csv,noheader',
  ]);
  const measured =
    listed.code === 0 ? listed.stdout.trim().replaceAll('\n', '; ') : firstLine(readFileSync(driverFile, 'utf8'));
  if (tensorflowRuntime()?.device === 'cuda') return { name: 'gpu', state: 'pass', measured };
  return { name: 'gpu', state: 'warn', measured: `${measured}, not used`, fix: 'npm run setup -- --cuda' };
}
