import { stat } from 'node:fs/promises';
import { AuseqError } from '@auseq/proto/errors';
import { readLegacyFile } from '../assets/import/read-legacy-file.js';
import type { Parameter } from '../model/parameter.js';
import type { EngineSnapshot } from '../step/engine.js';
import { readCheckpointFolder } from './read-checkpoint-folder.js';
import { readModelTar } from './read-model-tar.js';

/**
 * The state of a checkpoint folder or of a legacy model.tar, for a network of these parameters.
 * Throws AU_CHECKPOINT_NOT_FOUND, AU_CHECKPOINT_CORRUPT, AU_FILE_FORMAT.
 */
export async function openCheckpoint(path: string, parameters: readonly Parameter[]): Promise<EngineSnapshot> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return readModelTar((await readLegacyFile(path)).data, path, parameters).snapshot;
  const { snapshot } = (await readCheckpointFolder(path)).state;
  const shapes = new Map(snapshot.arrays.map(({ name, shape }) => [name, shape.join('x')]));
  const odd = parameters.find(({ name, shape }) => shapes.get(`w/${name}`) !== shape.join('x'));
  if (!odd) return snapshot;
  throw new AuseqError('AU_CHECKPOINT_CORRUPT', {
    what: `the checkpoint ${path} is of another network`,
    why: `${odd.name} is ${shapes.get(`w/${odd.name}`) ?? 'missing'}, not ${odd.shape.join('x')}`,
    try: 'use assets of the same preset as the run (--assets DIR)',
  });
}
