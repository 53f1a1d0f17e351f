import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { askProgram } from '@auseq/infra/runtime/ask-program';
import { encodeNpz } from './npz.js';

const list = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(sorted((i.filename, i.file_size) for i in z.infolist()))
try:
    import numpy
    a = numpy.load(sys.argv[1])
    assert a['pose'].shape == (2, 3) and a['pose'][1][2] == 6 and a['frame'].tolist() == [1, 2]
except ImportError:
    pass
`;

it('an npz is a sound zip of npy members, and numpy (where there is one) reads its values', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'auseq-npz-'));
  try {
    const path = join(folder, 'a.npz');
    const pose = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    await writeFile(path, encodeNpz({ frame: { shape: [2], data: Int32Array.of(1, 2) }, pose }));
    const { code, stdout, stderr } = await askProgram('python3', ['-c', list, path], 60_000);
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trim(), "[('frame.npy', 136), ('pose.npy', 152)]");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
