/** A frozen array on the host: row-major, little-endian. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Named weights of one network, under its state-dict names. */
export type WeightMap = ReadonlyMap<string, HostArray>;

/** FLAME (model-facts §1): N = 5023 vertices, F = 9976 faces, T = 5118 texture vertices; metres, y up, z out of the face. */
export interface FlameModel {
  readonly template: Float32Array; // [N,3]
  readonly shapeDirs: Float32Array; // [N,3,150]: 100 shape then 50 expression directions
  readonly poseDirs: Float32Array; // [36, N*3]
  readonly jointRegressor: Float32Array; // [5,N]
  readonly lbsWeights: Float32Array; // [N,5]
  readonly parents: Int32Array; // [-1,0,1,1,1]: root, neck, jaw, left eye, right eye
  readonly faces: Int32Array; // [F,3]
  readonly uvs: Float32Array; // [T,2], v upwards as in the obj file
  readonly uvFaces: Int32Array; // [F,3]
}

/** Landmarks as barycentric points on faces (model-facts §1.4). */
export interface LandmarkEmbeddings {
  readonly staticFaces: Int32Array; // [51]
  readonly staticBary: Float32Array; // [51,3]
  readonly dynamicFaces: Int32Array; // [79,17]: contour by yaw bin
  readonly dynamicBary: Float32Array; // [79,17,3]
  readonly fullFaces: Int32Array; // [68]
  readonly fullBary: Float32Array; // [68,3]
  readonly denseFaces: Int32Array; // [105]: brows 0-19, eyes 20-51, nose 52-64, mouth 65-104
  readonly denseBary: Float32Array; // [105,3]
  readonly denseIndices: Int32Array; // [105]: index of each into mediapipe's 468 points
}

/** FLAMETex at 256x256, RGB, 0..1 (model-facts §1.5). */
export interface TextureModel {
  readonly size: number;
  readonly mean: Float32Array; // [size,size,3]
  readonly basis: Float32Array; // [size,size,3,50]
}

/** 1 inside, 0 outside, in uv space (model-facts §1.5). */
export interface UvMasks {
  readonly size: number;
  readonly face: Float32Array; // [size,size]
  readonly faceEye: Float32Array; // [size,size]
}

export type NetworkName = 'e_flame' | 'au_net' | 'emotion_net' | 'identity_net';

/** All frozen files of a run, from the licensed originals or from our stand-ins. */
export interface AssetBundle {
  readonly kind: 'stand-in' | 'licensed';
  readonly preset: 'legacy' | 'tiny';
  readonly sha256: string; // over the sha256 of each file, in name order
  readonly flame: FlameModel;
  readonly landmarks: LandmarkEmbeddings;
  readonly texture: TextureModel;
  readonly uvMasks: UvMasks;
  network(name: NetworkName): WeightMap;
}
