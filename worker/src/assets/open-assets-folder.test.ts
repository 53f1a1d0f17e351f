import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { openAssetsFolder } from './open-assets-folder.js';

describe('a folder given as assets', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'auseq-assets-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  it('is taken as it is where nothing in it is legacy, so that the loader names what it lacks', async () => {
    await writeFile(join(dir, 'notes.txt'), 'nothing');
    await writeFile(join(dir, 'model.tar'), 'a checkpoint that lies about');
    assert.equal(await openAssetsFolder(dir), dir);
    assert.equal(await openAssetsFolder(join(dir, 'nowhere')), join(dir, 'nowhere'));
  });

  it('is refused where it holds some of the legacy files, naming those that are missing', async () => {
    await writeFile(join(dir, 'generic_model.pkl'), 'any');
    const notes: string[] = [];
    await assert.rejects(
      openAssetsFolder(dir, { onNote: (note) => notes.push(note) }),
      (error: unknown) =>
        error instanceof AuseqError &&
        error.code === 'AU_ASSETS_INVALID' &&
        /head_template.obj is missing/.test(error.why) &&
        !/generic_model/.test(error.why),
    );
    assert.match(notes.join(), /converted once/);
  });
});
