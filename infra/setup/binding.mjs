import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './cache.mjs';
import { checkCompiler } from './checks.mjs';
import { cloneLock, root, versions } from './clone.mjs';
import { withLock } from './lock.mjs';
import { working } from './progress.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const tfjs = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
const nodeHeaders = path.join(root, 'node_modules', 'node-api-headers');
const sessionOptions = fileURLToPath(new URL('./session-options.cc', import.meta.url));
const tinyOp = fileURLToPath(new URL('./tiny-op.mjs', import.meta.url));
/** The highest N-API version that tfjs-node-gpu lists; its loader looks into the folder of that number. */
const napiVersion = 8;
const flags = ['-O2', '-std=c++17', '-shared', '-fPIC', `-DNAPI_VERSION=${napiVersion}`];
/** tfjs-node's sessions get our options: see session-options.cc. */
const linkFlags = ['-Wl,--wrap=TF_NewSessionOptions', '-Wl,-rpath,$ORIGIN'];

/** Where tfjs-node-gpu looks for its binding. */
export const bindingLink = path.join(tfjs, 'lib', `napi-v${napiVersion}`, 'tfjs_binding.node');

/** Compiles tfjs-node-gpu's binding against a TensorFlow library, links it into this clone, and computes one product with it. */
export async function ensureBinding(library) {
  const binding = path.join(library, `tfjs_binding-${sourceHash()}.node`);
  if (!fs.existsSync(binding)) {
    await withLock(`binding-${path.basename(path.dirname(library))}`, async () => {
      if (!fs.existsSync(binding)) await compile(library, binding);
    });
  }
  if (isLinked(binding)) return;
  await withLock(cloneLock, async () => {
    if (isLinked(binding)) return;
    link(binding);
    await working('TensorFlow checked with one product', () => check(binding));
  });
}

function sources() {
  const folder = path.join(tfjs, 'binding');
  const tfjsSources = fs.readdirSync(folder).sort();
  return [...tfjsSources.map((name) => path.join(folder, name)), sessionOptions];
}

/** Clones with other sources get other bindings, side by side. */
function sourceHash() {
  const manifest = fs.readFileSync(path.join(nodeHeaders, 'package.json'));
  const contents = sources().map((file) => fs.readFileSync(file));
  return sha256(versions.tensorflow, [...flags, ...linkFlags].join(' '), manifest, ...contents).slice(0, 12);
}

async function compile(library, binding) {
  const compiler = await checkCompiler();
  const unfinished = `${binding}.${process.pid}`;
  const includes = [path.join(nodeHeaders, 'include'), path.join(library, 'include'), path.join(tfjs, 'binding')];
  const args = [
    ...flags,
    ...includes.flatMap((folder) => ['-I', folder]),
    ...sources().filter((file) => file.endsWith('.cc')),
    ...['-o', unfinished, `-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', ...linkFlags],
  ];
  await working('TensorFlow binding (compile)', async () => {
    const { code, output } = await runCommand(compiler, args);
    if (code !== 0) {
      fs.rmSync(unfinished, { force: true });
      throw new SetupError(
        'the TensorFlow binding could not be compiled',
        lastLines(output, 8),
        `check that ${compiler} knows C++17, or CXX=g++-12 npm run setup`,
      );
    }
    fs.renameSync(unfinished, binding);
  });
}

function isLinked(binding) {
  try {
    return fs.readlinkSync(bindingLink) === binding;
  } catch {
    return false;
  }
}

function link(binding) {
  fs.mkdirSync(path.dirname(bindingLink), { recursive: true });
  const next = `${bindingLink}.${process.pid}`;
  fs.symlinkSync(binding, next);
  fs.renameSync(next, bindingLink);
}

async function check(binding) {
  const { code, stdout, output } = await runCommand(process.execPath, [tinyOp], {
    cwd: root,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    timeoutMs: 300_000,
  });
  if (code === 0 && JSON.parse(stdout).right) return;
  fs.rmSync(bindingLink, { force: true });
  throw new SetupError(
    'TensorFlow was built but does not compute',
    lastLines(output),
    `rm -r ${path.dirname(binding)} && npm run setup`,
  );
}
