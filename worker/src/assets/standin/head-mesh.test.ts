import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildHeadMesh, headCounts } from './head-mesh.js';

for (const seed of [0, 1, 12345]) {
  const mesh = buildHeadMesh(seed);

  test(`seed ${seed}: the counts are FLAME's`, () => {
    assert.equal(mesh.positions.length, headCounts.vertices);
    assert.equal(mesh.faces.length, headCounts.faces);
    assert.equal(mesh.uvs.length, headCounts.uvs);
    assert.equal(mesh.uvFaces.length, headCounts.faces);
    assert.equal(new Set(mesh.faces.flat()).size, headCounts.vertices, 'every vertex is used');
    assert.equal(new Set(mesh.uvFaces.flat()).size, headCounts.uvs, 'every texture vertex is used');
    assert.ok(mesh.uvs.every(([u, v]) => u >= 0 && u <= 1 && v >= 0 && v <= 1));
  });

  test(`seed ${seed}: no triangle is degenerate and neighbours agree on the outside`, () => {
    const edges = new Set<string>();
    for (const face of mesh.faces) {
      assert.ok(areaOf(face.map((i) => mesh.positions[i]!)) > 1e-3, `face ${face}`);
      for (let k = 0; k < 3; k += 1) {
        const edge = `${face[k]}>${face[(k + 1) % 3]}`;
        assert.ok(!edges.has(edge), `edge ${edge} is walked twice in one direction`);
        edges.add(edge);
      }
    }
    const open = [...edges].filter((edge) => !edges.has(edge.split('>').reverse().join('>')));
    // Two eye holes of 16 and the neck's ring of 32; the mouth goes on into its pocket.
    assert.equal(open.length, 64);
    assert.ok(volume() > 0, 'normals point outwards');
  });

  test(`seed ${seed}: the lips are apart`, () => {
    const { upper, lower } = mesh.skin.lip;
    const uppers = new Set(upper.slice(1, -1));
    const lowers = new Set(lower.slice(1, -1));
    const joined = mesh.faces.filter((face) => face.some((i) => uppers.has(i)) && face.some((i) => lowers.has(i)));
    assert.equal(joined.length, 0, 'no triangle joins an upper to a lower inner edge');
    for (const [i, index] of upper.entries()) {
      if (i > 0 && i < upper.length - 1) assert.ok(mesh.positions[index]![1] > mesh.positions[lower[i]!]![1]);
    }
  });

  function volume(): number {
    return mesh.faces.reduce((sum, [i, j, k]) => {
      const [a, b, c] = [mesh.positions[i]!, mesh.positions[j]!, mesh.positions[k]!];
      return (
        sum +
        a[0] * (b[1] * c[2] - b[2] * c[1]) -
        a[1] * (b[0] * c[2] - b[2] * c[0]) +
        a[2] * (b[0] * c[1] - b[1] * c[0])
      );
    }, 0);
  }
}

test('the same seed gives the same head', () => {
  assert.deepEqual(buildHeadMesh(3), buildHeadMesh(3));
});

function areaOf([a, b, c]: readonly (readonly number[])[]): number {
  const u = b!.map((value, i) => value - a![i]!);
  const w = c!.map((value, i) => value - a![i]!);
  return Math.hypot(u[1]! * w[2]! - u[2]! * w[1]!, u[2]! * w[0]! - u[0]! * w[2]!, u[0]! * w[1]! - u[1]! * w[0]!) / 2;
}
