import { ibugIndices } from '../../assets/standin/ibug-indices.js';
import { meshPoints } from '../face-mesh.js';
import { labelMap } from '../label-map.js';
import { labels } from '../label-values.js';
import { type FrameContent, visible } from '../write-frame.js';
import type { RenderedFace } from './face-renderer.js';

/** A soft background, from one colour at the top to another at the bottom. */
export type Background = readonly [readonly number[], readonly number[]];

/** A rendered face before a background, with its landmarks as the files have them. */
export function synthFrame(
  face: RenderedFace,
  background: Background,
  denseIndices: ArrayLike<number>,
  size: number,
): FrameContent {
  const mesh = meshOf(face, denseIndices);
  return {
    image: compose(face, background, size),
    landmark: visible(face.landmarks68),
    landmarkDense: visible(mesh),
    // The forehead is a guess; what the head does not cover is background for sure.
    labels: labelMap({ mesh, skin: skinOutline(face.landmarks68), whole: false }, size).map((label, pixel) =>
      face.alpha[pixel]! > 0 ? label : labels.background,
    ),
  };
}

/**
 * The 468 dense points: our head knows those of the 105 and, where these lack them, of the 68. All others, which nothing
 * reads, lie in the middle of the face.
 */
function meshOf({ landmarks68, landmarks105 }: RenderedFace, denseIndices: ArrayLike<number>) {
  const mesh = new Float32Array(3 * meshPoints);
  const middle = [0, 1, 2].map((axis) => {
    let sum = 0;
    for (let i = axis; i < landmarks68.length; i += 3) sum += landmarks68[i]!;
    return sum / 68;
  });
  for (let i = 0; i < mesh.length; i++) mesh[i] = middle[i % 3]!;
  for (const [k, index] of ibugIndices.entries()) mesh.set(landmarks68.subarray(3 * k, 3 * k + 3), 3 * index);
  for (let k = 0; k < denseIndices.length; k++) mesh.set(landmarks105.subarray(3 * k, 3 * k + 3), 3 * denseIndices[k]!);
  return mesh;
}

const contourEnd = 17;
const browsEnd = 27;
/** The forehead is about this share of the way from the chin to the brows above these. */
const forehead = 0.35;

/** The contour of the 68 points, closed over a forehead above the brows. */
function skinOutline(points: Float32Array): Float32Array {
  const at = (i: number) => [points[3 * i]!, points[3 * i + 1]!] as const;
  const [chinX, chinY] = at(8);
  const outline: number[] = [];
  for (let i = 0; i < contourEnd; i++) outline.push(...at(i));
  for (let i = browsEnd - 1; i >= contourEnd; i--) {
    const [x, y] = at(i);
    outline.push(x + forehead * (x - chinX), y + forehead * (y - chinY));
  }
  return Float32Array.from(outline);
}

function compose({ image, alpha }: RenderedFace, [top, bottom]: Background, size: number): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(size * size * 3);
  for (let p = 0; p < size * size; p++) {
    const down = Math.floor(p / size) / size;
    for (let c = 0; c < 3; c++) {
      const behind = top[c]! + (bottom[c]! - top[c]!) * down;
      const value = alpha[p]! > 0 ? image[3 * p + c]! : behind;
      pixels[3 * p + c] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return pixels;
}
