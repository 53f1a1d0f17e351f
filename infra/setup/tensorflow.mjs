import fs from 'node:fs';
import path from 'node:path';
import { auseqHome, needDisk, placeFolder } from './cache.mjs';
import { checkPip } from './checks.mjs';
import { versions } from './clone.mjs';
import { unpackCudaLibraries } from './cuda-libraries.mjs';
import { withLock } from './lock.mjs';
import { working } from './progress.mjs';
import { downloadWheel, unpackWheel } from './wheel.mjs';

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** The headers that the binding includes, directly or not: 14 of 13,000. */
const headers = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'];
const gigabytes = { cpu: 1.3e9, cuda: 9e9 };

/**
 * The folder of the TensorFlow library for a device, filled when it is not there: `tensorflow/` holds the libraries and
 * headers, `nvidia/` beside it what the CUDA library looks for at `$ORIGIN/../nvidia`.
 */
export async function ensureTensorflow(device) {
  const name = `${versions.tensorflow}-${device}`;
  const target = path.join(auseqHome(), 'tensorflow', name);
  const inner = path.join(target, 'tensorflow');
  if (isReady(inner)) return inner;
  await withLock(`tensorflow-${name}`, async () => {
    if (isReady(inner)) return;
    needDisk(gigabytes[device], `TensorFlow for the ${device}`);
    await checkPip();
    await working(`TensorFlow ${versions.tensorflow} for the ${device} (download and unpack)`, () =>
      placeFolder(target, (folder) => fill(folder, device)),
    );
  });
  return inner;
}

/** ready.json is written last and names the sizes: a cache that somebody thinned out is filled again. */
function isReady(inner) {
  try {
    const { files } = JSON.parse(fs.readFileSync(path.join(inner, 'ready.json'), 'utf8'));
    return Object.entries(files).every(([file, bytes]) => fs.statSync(path.join(inner, file)).size === bytes);
  } catch {
    return false;
  }
}

async function fill(folder, device) {
  const requirement = `${device === 'cuda' ? 'tensorflow' : 'tensorflow-cpu'}==${versions.tensorflow}`;
  const wheel = await downloadWheel(requirement, folder);
  const members = [...libraries, ...headers.map((header) => `include/${header}`)].map(
    (member) => `tensorflow/${member}`,
  );
  await unpackWheel(wheel, folder, members);
  if (device === 'cuda') await unpackCudaLibraries(wheel, folder);
  fs.rmSync(wheel);
  const inner = path.join(folder, 'tensorflow');
  const files = Object.fromEntries(libraries.map((file) => [file, fs.statSync(path.join(inner, file)).size]));
  fs.writeFileSync(
    path.join(inner, 'ready.json'),
    `${JSON.stringify({ version: versions.tensorflow, device, files }, null, 2)}\n`,
  );
}
