/** What a legacy file is to us. */
export type LegacyRole =
  | 'flame'
  | 'template'
  | 'landmarks'
  | 'dense-landmarks'
  | 'texture'
  | 'bfm-texture'
  | 'uv-face-mask'
  | 'uv-face-eye-mask'
  | 'deca'
  | 'model'
  | 'identity'
  | 'au'
  | 'emotion';

export interface LegacyFileKind {
  readonly role: LegacyRole;
  /** Recognised by name alone, wherever it lies below the folder. */
  readonly name: RegExp;
  readonly shown: string;
  /** What cannot be done without it. */
  readonly without: string;
}

/** The files of a legacy installation (model-facts §1, §2, §4.2, §5, §9), in the order in which they are told. */
export const legacyFileKinds: readonly LegacyFileKind[] = [
  { role: 'flame', name: /^generic_model\.pkl$/, shown: 'generic_model.pkl', without: 'no head: nothing runs' },
  { role: 'template', name: /^head_template\.obj$/, shown: 'head_template.obj', without: 'no uv: no rendering' },
  {
    role: 'landmarks',
    name: /^landmark_embedding\.npy$/,
    shown: 'landmark_embedding.npy',
    without: 'no 68-landmark losses, no coarse fit',
  },
  {
    role: 'dense-landmarks',
    name: /^mediapipe_landmark_embedding\.npz$/,
    shown: 'mediapipe_landmark_embedding.npz',
    without: 'no dense, eye and lip losses',
  },
  { role: 'texture', name: /^FLAME_texture\.npz$/, shown: 'FLAME_texture.npz', without: 'no rendering' },
  {
    role: 'bfm-texture',
    name: /^FLAME_albedo_from_BFM\.npz$/,
    shown: 'FLAME_albedo_from_BFM.npz',
    without: 'nothing, where FLAME_texture.npz is there',
  },
  { role: 'uv-face-mask', name: /^uv_face_mask\.png$/, shown: 'uv_face_mask.png', without: 'no photometric loss' },
  {
    role: 'uv-face-eye-mask',
    name: /^uv_face_eye_mask\.png$/,
    shown: 'uv_face_eye_mask.png',
    without: 'no photometric loss',
  },
  { role: 'deca', name: /^deca_model\.tar$/, shown: 'deca_model.tar', without: 'no E_flame, unless model.tar has it' },
  { role: 'model', name: /^model\.tar$/, shown: 'model.tar', without: 'no trained BiViT to go on from' },
  {
    role: 'identity',
    name: /^resnet50_ft_weight\.pkl$/,
    shown: 'resnet50_ft_weight.pkl',
    without: 'no identity loss (weight 0 in the legacy preset)',
  },
  { role: 'au', name: /\.pth$/, shown: '*.pth (OpenGraphAU)', without: 'no AU vectors: no BiViT input' },
  { role: 'emotion', name: /\.ckpt$/, shown: '*.ckpt (emotion net)', without: 'no expression loss' },
];

export interface RecognisedFile {
  readonly role: LegacyRole;
  readonly path: string;
}

/**
 * Which file plays which role: given ones first, then by name; of several candidates the first in path order, the others
 * are returned as `ignored`.
 */
export function recogniseLegacyFiles(
  paths: readonly string[],
  given: ReadonlyMap<LegacyRole, string>,
): { files: RecognisedFile[]; ignored: RecognisedFile[] } {
  const files: RecognisedFile[] = [];
  const ignored: RecognisedFile[] = [];
  const sorted = [...paths].sort();
  for (const { role, name } of legacyFileKinds) {
    const chosen = given.get(role);
    const candidates = sorted.filter((path) => name.test(path.slice(path.lastIndexOf('/') + 1)));
    const all = chosen === undefined ? candidates : [chosen, ...candidates.filter((path) => path !== chosen)];
    files.push(...all.slice(0, 1).map((path) => ({ role, path })));
    ignored.push(...all.slice(1).map((path) => ({ role, path })));
  }
  return { files, ignored };
}
