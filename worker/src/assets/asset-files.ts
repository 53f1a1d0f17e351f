import type { NetworkName } from './types.js';

export const networkNames: readonly NetworkName[] = ['au_net', 'e_flame', 'emotion_net', 'identity_net'];

export const manifestName = 'assets.json';

export const structFiles = {
  flame: 'flame.safetensors',
  landmarks: 'landmarks.safetensors',
  texture: 'texture.safetensors',
  uvMasks: 'uv_masks.safetensors',
} as const;

export const networkFile = (name: NetworkName): string => `${name}.safetensors`;

export interface AssetFile {
  readonly name: string;
  readonly holds: string;
  readonly without: string;
  /** A run whose losses do not need it runs without. */
  readonly optional?: true;
}

/** Every file of an assets folder beside the manifest: what it is, and what cannot be done without it. */
export const assetFiles: readonly AssetFile[] = [
  {
    name: structFiles.flame,
    holds: 'head model: template, bases, joints, weights, faces, uv',
    without: 'no head: nothing runs',
  },
  {
    name: structFiles.landmarks,
    holds: '68 and 105 landmark embeddings',
    without: 'no landmark losses, no coarse fit',
  },
  { name: structFiles.texture, holds: 'mean albedo and 50 texture directions', without: 'no rendering' },
  { name: structFiles.uvMasks, holds: 'face masks in uv space', without: 'no photometric loss' },
  { name: networkFile('e_flame'), holds: 'E_flame: global feature and coarse codes', without: 'no BiViT input' },
  { name: networkFile('au_net'), holds: 'AUNet: 27 vectors a frame', without: 'no BiViT input, no AU loss' },
  { name: networkFile('emotion_net'), holds: 'emotion ResNet-50', without: 'no expression loss', optional: true },
  {
    name: networkFile('identity_net'),
    holds: 'face recognition ResNet-50',
    without: 'no identity loss',
    optional: true,
  },
];
