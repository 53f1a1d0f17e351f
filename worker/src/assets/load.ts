import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { assetFiles, networkFile, structFiles } from './asset-files.js';
import { type AssetsManifest, readManifest } from './assets-manifest.js';
import { invalidAssets } from './invalid-assets.js';
import { readVerified } from './read-verified.js';
import { type StructName, tensorsToStruct } from './struct-tensors.js';
import type { AssetBundle, NetworkName, WeightMap } from './types.js';

/**
 * Opens an assets folder. Sizes of all files are checked at once; each file's sha256 when it is read, and networks are read
 * when first asked for. Throws AU_ASSETS_NOT_FOUND, AU_ASSETS_INVALID.
 */
export async function loadAssets(dir: string): Promise<AssetBundle> {
  const manifest = await readManifest(dir);
  await checkSizes(dir, manifest);
  const read = (file: string) => {
    const record = manifest.files[file];
    if (!record) throw notImported(join(dir, file));
    return readVerified(join(dir, file), record);
  };
  const struct = <N extends StructName>(name: N) =>
    tensorsToStruct(name, read(structFiles[name]), join(dir, structFiles[name]));
  const networks = new Map<NetworkName, WeightMap>();
  return {
    kind: manifest.kind,
    preset: manifest.preset,
    sha256: manifest.sha256,
    flame: struct('flame'),
    landmarks: struct('landmarks'),
    texture: struct('texture'),
    uvMasks: struct('uvMasks'),
    network(name) {
      const known = networks.get(name);
      if (known) return known;
      const weights = read(networkFile(name));
      networks.set(name, weights);
      return weights;
    },
  };
}

function notImported(path: string): AuseqError {
  const { holds, without } = assetFiles.find(({ name }) => name === basename(path))!;
  return new AuseqError('AU_ASSETS_INVALID', {
    what: `assets cannot be used: ${path}`,
    why: `the ${holds} was not imported: ${without}`,
    try: 'import the missing file with the others (auseq assets import DIR), or set the weight of its loss to 0',
  });
}

async function checkSizes(dir: string, manifest: AssetsManifest): Promise<void> {
  for (const [name, { bytes }] of Object.entries(manifest.files)) {
    const path = join(dir, name);
    const found = await stat(path).catch((cause: unknown) => {
      throw invalidAssets(path, 'the file is missing', cause);
    });
    if (found.size !== bytes) throw invalidAssets(path, `${found.size} bytes instead of ${bytes}`);
  }
}
