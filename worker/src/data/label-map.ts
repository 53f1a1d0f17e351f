import { browRuns, lidRuns, lipRuns, noseRun } from '../assets/standin/dense-indices.js';
import { fillPolygon } from './fill-polygon.js';
import { labels } from './label-values.js';

/** The outline of the face as mediapipe indices, from the forehead's middle over the person's left ear and the chin. */
const faceOval = [
  ...[10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152],
  ...[148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109],
];

/** Down one side of the nose, along its base, and up the other. */
const noseOutline = [168, 193, 122, 196, 174, 198, 209, 129, 98, 97, 2, 326, 327, 358, 429, 420, 399, 419, 351, 417];

const { outer, inner } = lipRuns;
const around = (upper: readonly number[], lower: readonly number[]): number[] => [...upper, ...[...lower].reverse()];

/** Later ones are drawn over earlier ones. */
const features: readonly (readonly [number, readonly number[]])[] = [
  [labels.leftBrow, around(browRuns.left.upper, browRuns.left.lower)],
  [labels.rightBrow, around(browRuns.right.upper, browRuns.right.lower)],
  [labels.leftEye, around(lidRuns.left.upper, lidRuns.left.lower)],
  [labels.rightEye, around(lidRuns.right.upper, lidRuns.right.lower)],
  [labels.upperLip, around(outer.upper, inner.upper)],
  [labels.lowerLip, around(outer.lower, inner.lower)],
  [labels.innerMouth, around(inner.upper, inner.lower)],
];

export interface FaceOutlines {
  /** Mesh points [468,3] in [-1,1], y down. */
  readonly mesh: Float32Array;
  /** Outline of the skin [n,2]; the oval of the mesh where left out. */
  readonly skin?: Float32Array;
  /** Whether points beside those of the 68 and 105 landmarks are known. */
  readonly whole: boolean;
}

/** A map of RTNet's face classes [size,size]; 0 outside; hair, ears and glasses never occur (model-facts §6.3). */
export function labelMap({ mesh, skin, whole }: FaceOutlines, size: number): Uint8Array<ArrayBuffer> {
  const map = new Uint8Array(size * size);
  const outline = (indices: readonly number[]): number[] => indices.flatMap((i) => [mesh[3 * i]!, mesh[3 * i + 1]!]);
  fillPolygon(map, size, skin ?? outline(faceOval), labels.skin);
  const nose = whole ? noseOutline : noseRun.filter((i) => i === 168 || noseRun.indexOf(i) >= noseRun.indexOf(129));
  fillPolygon(map, size, outline(nose), labels.nose);
  for (const [label, indices] of features) fillPolygon(map, size, outline(indices), label);
  return map;
}
