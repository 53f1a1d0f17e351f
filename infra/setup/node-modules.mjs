import fs from 'node:fs';
import path from 'node:path';
import { cloneLock, root } from './clone.mjs';
import { withLock } from './lock.mjs';
import { working } from './progress.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** Installs the npm packages that package-lock.json names, when they are not there already. */
export async function installPackages() {
  if (isCurrent()) return;
  await withLock(cloneLock, async () => {
    if (!isCurrent()) await working('npm packages', npmInstall);
  });
}

/** npm keeps a record of what it has installed, written last: it must hold every package of the lockfile in that version. */
function isCurrent() {
  try {
    const wanted = packagesOf('package-lock.json');
    const installed = packagesOf('node_modules/.package-lock.json');
    return Object.entries(wanted).every(
      ([name, { version, optional, link }]) =>
        !name.includes('node_modules/') || optional || link || installed[name]?.version === version,
    );
  } catch {
    return false;
  }
}

function packagesOf(file) {
  return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages;
}

/**
 * `npm install` with the lockfile, and not `npm ci`: ci refuses a lockfile that leaves out another platform's binaries,
 * which npm itself leaves out where a registry does not offer them. Versions and hashes are the lockfile's either way.
 */
async function npmInstall() {
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...first, 'install', '--no-save', '--no-audit', '--no-fund'];
  const { code, output } = await runCommand(command, args, { cwd: root });
  if (code === 0) return;
  const hint = 'check the network and the npm registry, then: npm run setup';
  throw new SetupError('npm could not install the packages', firstErrors(output), hint);
}

/** npm says what happened first and how npm is used last. */
function firstErrors(output) {
  const lines = output.split('\n').filter((line) => /^npm (error|ERR!) \S/.test(line));
  return (lines.length > 0 ? lines : output.trim().split('\n')).slice(0, 6).join('\n');
}
