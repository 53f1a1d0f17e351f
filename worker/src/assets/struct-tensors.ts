import type { NamedArray } from '../model/safetensors.js';
import { invalidAssets } from './invalid-assets.js';
import type { FlameModel, HostArray, LandmarkEmbeddings, TextureModel, UvMasks } from './types.js';

type Kind = 'f32' | 'i32';
interface Field {
  readonly kind: Kind;
  readonly shape: readonly number[];
}

const f32 = (...shape: number[]): Field => ({ kind: 'f32', shape });
const i32 = (...shape: number[]): Field => ({ kind: 'i32', shape });

const vertices = 5023;
const faces = 9976;
const uvs = 5118;

/** Names, types and shapes of the arrays in each file: FLAME's own sizes (model-facts §1.1, §1.4, §1.5). */
const layouts = {
  flame: {
    template: f32(vertices, 3),
    shapeDirs: f32(vertices, 3, 150),
    poseDirs: f32(36, vertices * 3),
    jointRegressor: f32(5, vertices),
    lbsWeights: f32(vertices, 5),
    parents: i32(5),
    faces: i32(faces, 3),
    uvs: f32(uvs, 2),
    uvFaces: i32(faces, 3),
  },
  landmarks: {
    staticFaces: i32(51),
    staticBary: f32(51, 3),
    dynamicFaces: i32(79, 17),
    dynamicBary: f32(79, 17, 3),
    fullFaces: i32(68),
    fullBary: f32(68, 3),
    denseFaces: i32(105),
    denseBary: f32(105, 3),
    denseIndices: i32(105),
  },
  texture: { mean: f32(256, 256, 3), basis: f32(256, 256, 3, 50) },
  uvMasks: { face: f32(256, 256), faceEye: f32(256, 256) },
} as const satisfies Record<string, Record<string, Field>>;

export type StructName = keyof typeof layouts;

interface Structs {
  flame: FlameModel;
  landmarks: LandmarkEmbeddings;
  texture: TextureModel;
  uvMasks: UvMasks;
}

/** A struct as named arrays in the layout's order. */
export function structToTensors<N extends StructName>(name: N, struct: Structs[N]): NamedArray[] {
  const values = struct as unknown as Record<string, Float32Array | Int32Array>;
  return Object.entries(layouts[name] as Record<string, Field>).map(([key, { shape }]) => ({
    name: key,
    shape,
    data: values[key]!,
  }));
}

/** The struct of a file's arrays; throws AU_ASSETS_INVALID when an array is missing or has another type or shape. */
export function tensorsToStruct<N extends StructName>(
  name: N,
  tensors: ReadonlyMap<string, HostArray>,
  path: string,
): Structs[N] {
  const struct: Record<string, unknown> = name === 'texture' || name === 'uvMasks' ? { size: 256 } : {};
  for (const [key, { kind, shape }] of Object.entries(layouts[name] as Record<string, Field>)) {
    const found = tensors.get(key);
    if (!found) throw invalidAssets(path, `the array "${key}" is missing`);
    const foundKind: Kind = found.data instanceof Float32Array ? 'f32' : 'i32';
    if (foundKind !== kind || found.shape.join() !== shape.join()) {
      throw invalidAssets(path, `"${key}" is ${foundKind} [${found.shape.join()}], not ${kind} [${shape.join()}]`);
    }
    struct[key] = found.data;
  }
  return struct as unknown as Structs[N];
}
