import assert from 'node:assert/strict';
import { it } from 'node:test';
import { recogniseLegacyFiles } from './legacy-file-names.js';

it('files are known by name anywhere; what is given outright wins; the others of a kind are told', () => {
  const paths = ['/l/b/generic_model.pkl', '/l/a/generic_model.pkl', '/l/z/hybrid.pth', '/l/notes.txt'];
  const { files, ignored } = recogniseLegacyFiles(paths, new Map([['emotion', '/elsewhere/net.bin']]));
  assert.deepEqual(files, [
    { role: 'flame', path: '/l/a/generic_model.pkl' },
    { role: 'au', path: '/l/z/hybrid.pth' },
    { role: 'emotion', path: '/elsewhere/net.bin' },
  ]);
  assert.deepEqual(ignored, [{ role: 'flame', path: '/l/b/generic_model.pkl' }]);
});
