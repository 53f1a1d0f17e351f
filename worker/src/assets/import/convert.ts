import { readNpy } from '../../formats/npy.js';
import { readNpz } from '../../formats/npz.js';
import { readObj } from '../../formats/obj.js';
import { unpickleBytes } from '../../formats/pickle/unpickle.js';
import { readTorch } from '../../formats/torch.js';
import type { FlameModel, LandmarkEmbeddings, NetworkName, TextureModel } from '../types.js';
import { invalidLegacyFile } from './invalid-legacy-file.js';
import { legacyFlame } from './legacy-flame.js';
import { type LegacySource, legacyLandmarks } from './legacy-landmarks.js';
import { type LegacyNetwork, legacyNetwork } from './legacy-network.js';
import { legacyBfmTexture, legacyFlameTexture } from './legacy-texture.js';
import { dictOf, type LegacyDict } from './legacy-values.js';
import type { LegacyFile } from './read-legacy-file.js';

const uvCount = 5118;
const faceCount = 9976;

const pickled = ({ data, path }: LegacyFile): LegacyDict => dictOf(unpickleBytes(data, { path }), 'the pickle', path);

/** generic_model.pkl and head_template.obj. Throws AU_FILE_FORMAT, AU_ASSETS_INVALID. */
export function convertFlame(model: LegacyFile, template: LegacyFile): FlameModel {
  const mesh = readObj(template.data, template.path);
  if (mesh.uvs.length !== uvCount * 2 || mesh.uvFaces.length !== faceCount * 3)
    throw invalidLegacyFile(
      template.path,
      `it has ${mesh.uvs.length / 2} texture vertices and ${mesh.uvFaces.length / 3} faces, not ${uvCount} and ${faceCount}`,
    );
  return legacyFlame(pickled(model), mesh, model.path);
}

/** landmark_embedding.npy and mediapipe_landmark_embedding.npz. */
export function convertLandmarks(sparse: LegacyFile, dense: LegacyFile): LandmarkEmbeddings {
  const array = readNpy(sparse.data, sparse.path);
  const held: unknown = 'objects' in array ? array.objects[0] : undefined;
  const source: LegacySource = { dict: dictOf(held, 'the array', sparse.path), path: sparse.path };
  return legacyLandmarks(source, { dict: readNpz(dense.data, dense.path), path: dense.path });
}

/** FLAME_texture.npz or FLAME_albedo_from_BFM.npz. */
export function convertTexture(file: LegacyFile, kind: 'flame' | 'bfm'): TextureModel {
  const arrays = readNpz(file.data, file.path);
  return kind === 'flame' ? legacyFlameTexture(arrays, file.path) : legacyBfmTexture(arrays, file.path);
}

/** Where each container keeps the state dict of a network. */
const stateDictKeys: Readonly<Record<NetworkName, readonly string[]>> = {
  e_flame: ['E_flame'],
  au_net: ['state_dict'],
  emotion_net: ['state_dict'],
  identity_net: [],
};

/** A network from its container: deca_model.tar or model.tar, the AU .pth, the emotion .ckpt, resnet50_ft_weight.pkl. */
export function convertNetwork(name: NetworkName, file: LegacyFile): LegacyNetwork {
  const { data, path } = file;
  let dict = name === 'identity_net' ? pickled(file) : dictOf(readTorch(data, path), 'the file', path);
  for (const key of stateDictKeys[name]) if (dict.has(key)) dict = dictOf(dict.get(key), `"${key}"`, path);
  return legacyNetwork(name, dict, path);
}
