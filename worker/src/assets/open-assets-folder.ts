import { createHash } from 'node:crypto';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';
import { AuseqError } from '@auseq/proto/errors';
import { manifestName } from './asset-files.js';
import { findFiles } from './import/find-files.js';
import { importAssets } from './import/import-assets.js';
import { recogniseLegacyFiles } from './import/legacy-file-names.js';

export interface OpenFolderOptions {
  /** Told once where a legacy folder is converted. */
  readonly onNote?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * The folder to load assets from: `dir` itself where it is one of ours; where it holds the legacy files, what they were
 * imported to in AUSEQ_HOME, once for these files (path, size and time of each). A folder with neither is returned as it is.
 * Throws AU_ASSETS_INVALID naming what is missing, and what an import throws.
 */
export async function openAssetsFolder(dir: string, { onNote, signal }: OpenFolderOptions = {}): Promise<string> {
  if (await exists(join(dir, manifestName))) return dir;
  if (!(await exists(dir))) return dir;
  const { files } = recogniseLegacyFiles(await findFiles(dir, signal), new Map());
  // A single file by chance, say a checkpoint, makes no legacy folder.
  if (!files.some(({ role }) => role === 'flame' || role === 'deca' || role === 'template')) return dir;
  const hash = createHash('sha256');
  for (const { role, path } of files) {
    const { size, mtimeMs } = await stat(path);
    hash.update(`${role}\n${path}\n${size}\n${mtimeMs}\n`);
  }
  const out = join(auseqHome(), 'imported', hash.digest('hex').slice(0, 16));
  if (await exists(join(out, manifestName))) return out;
  onNote?.(`${dir} holds legacy files: they are converted once into ${out}`);
  const report = await importAssets({ from: dir, out, given: new Map(), ...(signal ? { signal } : {}) });
  if (report.assets) return out;
  const missing = report.files.filter(({ state }) => state === 'missing');
  throw new AuseqError('AU_ASSETS_INVALID', {
    what: `the legacy folder ${dir} is not whole`,
    why: missing.map(({ file, costs }) => `${file} is missing (${costs})`).join('; '),
    try: `add them; auseq assets import ${dir} --out DIR --file ROLE=PATH names files that lie elsewhere`,
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
