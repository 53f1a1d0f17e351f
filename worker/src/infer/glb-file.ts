import { Document, NodeIO } from '@gltf-transform/core';
import type { FlameModel } from '../assets/types.js';
import { rotationOf } from '../fit/rotation.js';
import { jointsOf, shapedBy } from './flame-host.js';
import { quaternionOf } from './quaternion.js';

/** One key of the animation; values as in `FrameCodes`. */
export interface GlbKey {
  readonly time: number; // seconds
  readonly exp: Float32Array; // [50]
  readonly pose: Float32Array; // [6]
}

export interface GlbFace {
  readonly flame: FlameModel;
  readonly shape: Float32Array; // [100], one for the clip
  readonly texture: Uint8Array; // PNG
  readonly keys: readonly GlbKey[];
}

const expressions = 50;
const jawJoint = 2;
/** Row of the pose correctives where the jaw's 9 begin (model-facts §1.3 step 4). */
const jawRow = 9;
const correctives = 9;

/**
 * A binary glTF with one animation. The mesh is the clip's head at rest; its morph targets are the 50 expression directions and
 * the 9 pose correctives of the jaw, whose weights are the entries of its rotation matrix less the identity (model-facts §1.3). A skin of
 * two joints, root and jaw, carries the rotations; their translations move too, because FLAME's joints follow the expression. So a key's
 * mesh is FLAME's, but for the linear mix between keys. The camera is not part of the file. Vertices are split where their uv differ.
 */
export async function encodeGlb({ flame, shape, texture, keys }: GlbFace): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const accessor = (type: 'SCALAR' | 'VEC2' | 'VEC3' | 'VEC4' | 'MAT4', array: Float32Array | Uint16Array) =>
    document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
  const { corners, vertexOf, uvOf } = splitVertices(flame);
  const rest = shapedBy(flame, shape, new Float32Array(expressions));
  const joints = jointsOf(flame, rest);
  const spread = (values: ArrayLike<number>) =>
    Float32Array.from({ length: vertexOf.length * 3 }, (_, i) => values[3 * vertexOf[Math.floor(i / 3)]! + (i % 3)]!);

  const jawShare = (vertex: number) => flame.lbsWeights[vertex * 5 + jawJoint]!;
  const primitive = document
    .createPrimitive()
    .setIndices(accessor('SCALAR', corners))
    .setAttribute('POSITION', accessor('VEC3', spread(rest)))
    .setAttribute('NORMAL', accessor('VEC3', spread(normalsOf(rest, flame.faces))))
    .setAttribute(
      'TEXCOORD_0',
      accessor('VEC2', Float32Array.from(uvOf.flatMap((uv) => [flame.uvs[2 * uv]!, 1 - flame.uvs[2 * uv + 1]!]))),
    )
    .setAttribute(
      'JOINTS_0',
      accessor('VEC4', Uint16Array.from(vertexOf.flatMap((v) => [0, jawShare(v) === 0 ? 0 : 1, 0, 0]))),
    )
    .setAttribute(
      'WEIGHTS_0',
      accessor('VEC4', Float32Array.from(vertexOf.flatMap((v) => [1 - jawShare(v), jawShare(v), 0, 0]))),
    )
    .setMaterial(
      document
        .createMaterial('face')
        .setBaseColorTexture(document.createTexture('albedo').setImage(texture).setMimeType('image/png'))
        .setRoughnessFactor(0.9)
        .setMetallicFactor(0)
        .setDoubleSided(true),
    );
  const targets = [
    ...Array.from({ length: expressions }, (_, k) => ({ name: `exp${k}`, offsets: expressionOffsets(flame, k) })),
    ...Array.from({ length: correctives }, (_, k) => ({ name: `jaw${k}`, offsets: jawOffsets(flame, k) })),
  ];
  for (const { name, offsets } of targets)
    primitive.addTarget(
      document.createPrimitiveTarget(name).setAttribute('POSITION', accessor('VEC3', spread(offsets))),
    );
  const mesh = document
    .createMesh('face')
    .addPrimitive(primitive)
    .setWeights(targets.map(() => 0));
  mesh.setExtras({ targetNames: targets.map(({ name }) => name) });

  const [rootRest, jawRest] = [joints.subarray(0, 3), joints.subarray(3 * jawJoint, 3 * jawJoint + 3)];
  const jaw = document.createNode('jaw').setTranslation(minus(jawRest, rootRest));
  const root = document.createNode('root').setTranslation(vector(rootRest)).addChild(jaw);
  const bind = Float32Array.from([...shifted(rootRest), ...shifted(jawRest)]);
  const skin = document.createSkin('head').addJoint(root).addJoint(jaw).setSkeleton(root);
  skin.setInverseBindMatrices(accessor('MAT4', bind));
  const face = document.createNode('face').setMesh(mesh).setSkin(skin);
  document.createScene('scene').addChild(root).addChild(face);

  const times = accessor(
    'SCALAR',
    Float32Array.from(keys, ({ time }) => time),
  );
  const animation = document.createAnimation('clip');
  const animate = (
    node: typeof root,
    path: 'weights' | 'rotation' | 'translation',
    type: 'SCALAR' | 'VEC3' | 'VEC4',
    values: number[],
  ) => {
    const output = accessor(type, Float32Array.from(values));
    const sampler = document.createAnimationSampler().setInput(times).setOutput(output).setInterpolation('LINEAR');
    const channel = document.createAnimationChannel().setTargetNode(node).setTargetPath(path).setSampler(sampler);
    animation.addSampler(sampler).addChannel(channel);
  };
  const moves = keys.map((key) => moveOf(flame, shape, joints, key));
  animate(
    face,
    'weights',
    'SCALAR',
    moves.flatMap(({ weights }) => weights),
  );
  animate(
    root,
    'rotation',
    'VEC4',
    moves.flatMap(({ rootTurn }) => rootTurn),
  );
  animate(
    root,
    'translation',
    'VEC3',
    moves.flatMap(({ rootShift }) => rootShift),
  );
  animate(
    jaw,
    'rotation',
    'VEC4',
    moves.flatMap(({ jawTurn }) => jawTurn),
  );
  animate(
    jaw,
    'translation',
    'VEC3',
    moves.flatMap(({ jawShift }) => jawShift),
  );
  return new NodeIO().writeBinary(document);
}

type Vector = [number, number, number];
const vector = (values: ArrayLike<number>): Vector => [values[0]!, values[1]!, values[2]!];
const minus = (a: ArrayLike<number>, b: ArrayLike<number>): Vector => [a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!];
const plus = (a: ArrayLike<number>, b: ArrayLike<number>): Vector => [a[0]! + b[0]!, a[1]! + b[1]!, a[2]! + b[2]!];
const turned = (r: ArrayLike<number>, v: Vector): Vector => [
  r[0]! * v[0] + r[1]! * v[1] + r[2]! * v[2],
  r[3]! * v[0] + r[4]! * v[1] + r[5]! * v[2],
  r[6]! * v[0] + r[7]! * v[1] + r[8]! * v[2],
];
/** The matrix, column by column, that moves a joint's rest place to the origin. */
const shifted = (at: ArrayLike<number>) => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -at[0]!, -at[1]!, -at[2]!, 1];

/**
 * Weights and joint movements of one key. A joint that the expression moved from j to j' turns about j': with the bind place j fixed in the
 * file, root's translation is j' + R(j - j'), and the jaw's, in root's frame, c' - R(c' - c) - j for its own places c and c'.
 */
function moveOf(flame: FlameModel, shape: Float32Array, rest: Float64Array, { exp, pose }: GlbKey) {
  const moved = jointsOf(flame, shapedBy(flame, shape, exp));
  const rootMatrix = rotationOf(pose[0]!, pose[1]!, pose[2]!);
  const jawMatrix = rotationOf(pose[3]!, pose[4]!, pose[5]!);
  const [j, j2] = [vector(rest), vector(moved)];
  const at = 3 * jawJoint;
  const [c, c2] = [vector(rest.subarray(at)), vector(moved.subarray(at))];
  const feature = Array.from(jawMatrix, (value, i) => value - (i % 4 === 0 ? 1 : 0));
  return {
    weights: [...exp, ...feature],
    rootTurn: quaternionOf(pose[0]!, pose[1]!, pose[2]!),
    rootShift: plus(j2, turned(rootMatrix, minus(j, j2))),
    jawTurn: quaternionOf(pose[3]!, pose[4]!, pose[5]!),
    jawShift: minus(minus(c2, turned(jawMatrix, minus(c2, c))), j),
  };
}

/** One vertex for each pair of a FLAME vertex and a uv that some corner has. */
function splitVertices({ faces, uvFaces }: FlameModel) {
  const known = new Map<string, number>();
  const vertexOf: number[] = [];
  const uvOf: number[] = [];
  const corners = Uint16Array.from(faces, (vertex, corner) => {
    const uv = uvFaces[corner]!;
    const key = `${vertex}/${uv}`;
    const index = known.get(key) ?? vertexOf.length;
    if (index === vertexOf.length) {
      known.set(key, index);
      vertexOf.push(vertex);
      uvOf.push(uv);
    }
    return index;
  });
  return { corners, vertexOf, uvOf };
}

const shapeCodes = 100;
const directions = 150;

function expressionOffsets({ shapeDirs, template }: FlameModel, k: number): Float32Array {
  return Float32Array.from(template, (_, row) => shapeDirs[row * directions + shapeCodes + k]!);
}

function jawOffsets({ poseDirs, template }: FlameModel, k: number): Float32Array {
  return poseDirs.subarray((jawRow + k) * template.length, (jawRow + k + 1) * template.length);
}

/** Area-weighted unit normals; where a vertex has no face, straight to the front. */
function normalsOf(vertices: ArrayLike<number>, faces: Int32Array): Float32Array {
  const normals = new Float64Array(vertices.length);
  for (let face = 0; face < faces.length; face += 3) {
    const [a, b, c] = [faces[face]! * 3, faces[face + 1]! * 3, faces[face + 2]! * 3];
    const corner = (at: number): Vector => [vertices[at]!, vertices[at + 1]!, vertices[at + 2]!];
    const [u, v] = [minus(corner(b), corner(a)), minus(corner(c), corner(a))];
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const at of [a, b, c]) for (let axis = 0; axis < 3; axis++) normals[at + axis]! += n[axis]!;
  }
  const unit = new Float32Array(vertices.length);
  for (let at = 0; at < unit.length; at += 3) {
    const length = Math.hypot(normals[at]!, normals[at + 1]!, normals[at + 2]!);
    for (let axis = 0; axis < 3; axis++)
      unit[at + axis] = length > 0 ? normals[at + axis]! / length : axis === 2 ? 1 : 0;
  }
  return unit;
}
