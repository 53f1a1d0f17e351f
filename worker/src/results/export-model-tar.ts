import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { AuseqError } from '@auseq/proto/errors';
import { loadAssets } from '../assets/load.js';
import { openAssetsFolder } from '../assets/open-assets-folder.js';
import { bivitParameters, bivitShapes } from '../model/bivit/shape.js';
import { writeModelTar } from './model-tar.js';
import { ofWeights, parseSlips } from './model-tar-slips.js';
import { readCheckpointFolder } from './read-checkpoint-folder.js';

export interface ExportOptions {
  /** A pulled checkpoint. */
  readonly checkpoint: string;
  /** E_flame goes into the file. */
  readonly assets: string;
  readonly out: string;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly signal?: AbortSignal;
}

export interface Exported {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly step: number;
}

/**
 * Writes a checkpoint as the legacy model.tar, which appears whole. Throws AU_CHECKPOINT_NOT_FOUND, AU_CHECKPOINT_CORRUPT,
 * AU_ASSETS_NOT_FOUND, AU_ASSETS_INVALID; AU_CHECKPOINT_PROVENANCE for a network that is not the published BiViT.
 */
export async function exportModelTar(options: ExportOptions): Promise<Exported> {
  const { checkpoint, assets: assetsDir, out, batchSize, learningRate, signal } = options;
  const { manifest, state } = await readCheckpointFolder(checkpoint, signal);
  const assets = await loadAssets(await openAssetsFolder(assetsDir, signal ? { signal } : {}));
  const { snapshot } = state;
  const expected = bivitParameters(bivitShapes[assets.preset]).map(({ name }) => `w/${name}`);
  const weights = snapshot.arrays.filter(({ name }) => name.startsWith('w/')).map(({ name }) => name);
  if (manifest.provenance.variant !== undefined || weights.join() !== expected.join())
    throw new AuseqError('AU_CHECKPOINT_PROVENANCE', {
      what: `${checkpoint} cannot be written as a model.tar`,
      why: `its network is not the published BiViT${manifest.provenance.variant ? `: ${manifest.provenance.variant}` : ''}`,
      try: 'the legacy code knows no other network; use the checkpoint folder itself',
    });
  const slips = ofWeights(parseSlips(manifest.provenance.legacy, checkpoint));
  const eFlame = assets.network('e_flame');
  const draft = `${out}.${process.pid}.part`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = createWriteStream(draft, { flags: 'wx' });
    for (const piece of writeModelTar({ snapshot, eFlame, batchSize, learningRate, slips })) {
      signal?.throwIfAborted();
      hash.update(piece);
      bytes += piece.length;
      if (!file.write(piece)) await once(file, 'drain');
    }
    file.end();
    await finished(file);
    await rename(draft, out);
  } finally {
    await rm(draft, { force: true });
  }
  return { file: out, bytes, sha256: hash.digest('hex'), step: snapshot.step };
}
