import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const oldestNode = 20;
const tooNewNode = 23;
const oldestGlibc = 28;

/** What nothing can work without; costs no process. */
export function checkMachine() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode || major >= tooNewNode) {
    const why = `the TensorFlow binding and the lockfile are made for Node >=${oldestNode} <${tooNewNode}`;
    throw new SetupError(
      `Node ${process.versions.node} is not supported`,
      why,
      'install Node 20 or 22, for example: nvm install 22',
    );
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const why = 'the TensorFlow library comes for Linux on x86-64';
    throw new SetupError(
      `${process.platform} on ${process.arch} is not supported`,
      why,
      'run on a Linux x86-64 machine or container',
    );
  }
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  if (!glibc || Number(glibc.split('.')[1]) < oldestGlibc) {
    const why = `the TensorFlow library needs glibc 2.${oldestGlibc} or newer, and this system has ${glibc ?? 'another C library'}`;
    throw new SetupError('this Linux is not supported', why, 'use Debian 10, Ubuntu 20.04, RHEL 8 or newer');
  }
}

/** Needed only when something must be downloaded. */
export async function checkPip() {
  const { code, output } = await runCommand('python3', ['-m', 'pip', '--version'], { timeoutMs: 60_000 });
  if (code === 0) return;
  const hint = 'apt-get install -y python3-pip (Debian, Ubuntu) or dnf install -y python3-pip';
  throw new SetupError(
    'python3 with pip was not found',
    output.trim().split('\n').pop() || 'python3 -m pip does not run',
    hint,
  );
}

/** Needed only when the binding must be compiled. Returns the compiler's name. */
export async function checkCompiler() {
  const wanted = process.env.CXX ? [process.env.CXX] : ['g++', 'c++', 'clang++'];
  for (const compiler of wanted) {
    const { code } = await runCommand(compiler, ['--version'], { timeoutMs: 60_000 });
    if (code === 0) return compiler;
  }
  const hint = 'apt-get install -y g++ (Debian, Ubuntu) or dnf install -y gcc-c++';
  throw new SetupError(
    'no C++ compiler was found',
    `tried ${wanted.join(', ')}; the TensorFlow binding is compiled here`,
    hint,
  );
}
