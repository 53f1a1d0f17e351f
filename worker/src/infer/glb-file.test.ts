import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, describe, it } from 'node:test';
import { type Document, type Node, NodeIO } from '@gltf-transform/core';
import { flameStandin } from '../assets/standin/flame-standin.js';
import { buildHeadMesh } from '../assets/standin/head-mesh.js';
import { standinLandmarks } from '../assets/standin/landmark-embeddings.js';
import { standinTexture, standinUvMasks } from '../assets/standin/texture-standin.js';
import type { FlameModel } from '../assets/types.js';
import { flameConstants } from '../model/flame/constants.js';
import { flameForward } from '../model/flame/flame-forward.js';
import { tf } from '../tensor/tf.js';
import { faceTexture } from './face-texture.js';
import { encodeGlb, type GlbKey } from './glb-file.js';

interface Report {
  readonly issues: { readonly numErrors: number; readonly numWarnings: number; readonly messages: unknown[] };
}
/** The Khronos validator ships no types. */
const { validateBytes } = createRequire(import.meta.url)('gltf-validator') as {
  validateBytes(bytes: Uint8Array): Promise<Report>;
};

const wave = (length: number, scale: number, phase: number) =>
  Float32Array.from({ length }, (_, i) => scale * Math.sin(phase + 1.7 * i));

describe('encodeGlb', () => {
  let flame: FlameModel;
  let constants: Record<string, tf.Tensor>;
  let glb: Uint8Array;
  const shape = wave(100, 0.5, 0.3);
  const keys: GlbKey[] = [0, 1, 2].map((k) => ({
    time: k / 25,
    exp: wave(50, 0.8, k),
    pose: Float32Array.of(0.2 * k, -0.3, 0.1, 0.25, 0.02 * k, -0.03),
  }));

  before(async () => {
    const mesh = buildHeadMesh(1);
    flame = flameStandin(mesh, 1);
    const texture = standinTexture(1);
    const arrays = flameConstants({
      flame,
      landmarks: standinLandmarks(mesh.skin),
      texture,
      uvMasks: standinUvMasks(),
    });
    constants = Object.fromEntries(
      Object.entries(arrays).map(([name, { shape: extents, data }]) => [name, tf.tensor(data, [...extents])]),
    );
    glb = await encodeGlb({ flame, shape, texture: await faceTexture(texture, wave(50, 0.1, 0)), keys });
  });

  it('is a valid glTF without warnings', async () => {
    const { issues } = await validateBytes(glb);
    assert.deepEqual([issues.numErrors, issues.numWarnings], [0, 0], JSON.stringify(issues.messages.slice(0, 5)));
  });

  it('gives FLAME’s own vertices at each key', async () => {
    const document = await new NodeIO().readBinary(glb);
    const vertexOf = cornersToVertices(document, flame);
    for (const [k, { exp, pose }] of keys.entries()) {
      const expected = tf.tidy(() => {
        const row = (values: Float32Array) => tf.tensor2d(values, [1, values.length]);
        return flameForward(constants, { shape: row(shape), exp: row(exp), pose: row(pose) }).vertices.dataSync();
      });
      const played = playKey(document, k);
      let worst = 0;
      for (const [corner, vertex] of vertexOf)
        for (let axis = 0; axis < 3; axis++)
          worst = Math.max(worst, Math.abs(played[3 * corner + axis]! - expected[3 * vertex + axis]!));
      assert.ok(worst < 1e-5, `key ${k}: ${worst} m`);
    }
  });
});

function cornersToVertices(document: Document, { faces }: FlameModel): Map<number, number> {
  const indices = document.getRoot().listMeshes()[0]!.listPrimitives()[0]!.getIndices()!.getArray()!;
  return new Map(Array.from(indices, (corner, i) => [corner, faces[i]!]));
}

/** Morphs and skins as a viewer does it, from what the file says. */
function playKey(document: Document, key: number): Float64Array {
  const root = document.getRoot();
  const primitive = root.listMeshes()[0]!.listPrimitives()[0]!;
  const channel = (name: string, path: string) => {
    const found = root.listAnimations()[0]!.listChannels();
    const one = found.find((each) => each.getTargetNode()!.getName() === name && each.getTargetPath() === path)!;
    const values = one.getSampler()!.getOutput()!.getArray()!;
    const width = values.length / one.getSampler()!.getInput()!.getCount();
    return Array.from(values.slice(key * width, (key + 1) * width));
  };
  const positions = Float64Array.from(primitive.getAttribute('POSITION')!.getArray()!);
  const weights = channel('face', 'weights');
  for (const [t, target] of primitive.listTargets().entries()) {
    const offsets = target.getAttribute('POSITION')!.getArray()!;
    for (let i = 0; i < positions.length; i++) positions[i]! += weights[t]! * offsets[i]!;
  }
  const skin = root.listSkins()[0]!;
  const bind = skin.getInverseBindMatrices()!.getArray()!;
  const joints = skin.listJoints();
  const place = (node: Node, at: number[]): number[] => {
    const [x, y, z, w] = channel(node.getName(), 'rotation') as [number, number, number, number];
    const shift = channel(node.getName(), 'translation');
    const [a, b, c] = at as [number, number, number];
    const [tx, ty, tz] = [2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)];
    const turned = [
      a + w * tx + y * tz - z * ty + shift[0]!,
      b + w * ty + z * tx - x * tz + shift[1]!,
      c + w * tz + x * ty - y * tx + shift[2]!,
    ];
    const parent = node.getParentNode();
    return parent ? place(parent, turned) : turned;
  };
  const jointOf = primitive.getAttribute('JOINTS_0')!.getArray()!;
  const shareOf = primitive.getAttribute('WEIGHTS_0')!.getArray()!;
  return Float64Array.from(positions, (_, i) => i).map((i) => {
    const vertex = Math.floor(i / 3);
    let sum = 0;
    for (let slot = 0; slot < 4; slot++) {
      const share = shareOf[4 * vertex + slot]!;
      if (share === 0) continue;
      const joint = jointOf[4 * vertex + slot]!;
      const at = [0, 1, 2].map((axis) => positions[3 * vertex + axis]! + bind[16 * joint + 12 + axis]!);
      sum += share * place(joints[joint]!, at)[i % 3]!;
    }
    return sum;
  });
}
