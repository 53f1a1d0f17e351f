import { type FaceMesh, meshBox } from './face-mesh.js';
import type { Cut } from './frame.js';

/** Free room around the face, as a share of its usual size. */
const usualMargin = 1.35;
/** The face never touches the border, also where it is largest or farthest out. */
const outermostMargin = 1.06;

/**
 * One upright square for a whole clip, so that it keeps still while the face moves: around the median centre of the face,
 * large enough for every frame.
 */
export function stableCrop(meshes: readonly FaceMesh[]): Cut {
  const boxes = meshes.map(meshBox);
  const x = median(boxes.map(({ left, right }) => (left + right) / 2));
  const y = median(boxes.map(({ top, bottom }) => (top + bottom) / 2));
  const usual = median(boxes.map(({ left, top, right, bottom }) => Math.max(right - left, bottom - top)));
  const reach = boxes.map(({ left, top, right, bottom }) => Math.max(x - left, right - x, y - top, bottom - y));
  return { x, y, side: Math.max(usualMargin * usual, 2 * outermostMargin * Math.max(...reach)), angle: 0 };
}

/** Points [n,3] of the frame in the crop: x and y in [-1,1], y down; z in the same unit, as far as there is one. */
export function toCrop(points: ArrayLike<number>, { x, y, side }: Cut): Float32Array<ArrayBuffer> {
  const scale = 2 / side;
  return Float32Array.from(points, (value, i) => (i % 3 === 0 ? value - x : i % 3 === 1 ? value - y : value) * scale);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
