import type { Cut } from './frame.js';

/** 468 mesh points in frame pixels: x right, y down, z away from the camera in the same unit. */
export type FaceMesh = Float32Array; // [468,3]

export const meshPoints = 468;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest upright box around all points. */
export function meshBox(mesh: ArrayLike<number>): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < mesh.length; i += 3) {
    left = Math.min(left, mesh[i]!);
    right = Math.max(right, mesh[i]!);
    top = Math.min(top, mesh[i + 1]!);
    bottom = Math.max(bottom, mesh[i + 1]!);
  }
  return { left, top, right, bottom };
}

/** Outer corners of the person's right and left eye. */
const rightEye = 33;
const leftEye = 263;
/** The mesh network expects the face upright, with a quarter of its size left free on each side. */
const margin = 1.5;

/** The upright cut around a face in which the mesh network sees it best. */
export function alignedCut(mesh: FaceMesh): Cut {
  const dx = mesh[3 * leftEye]! - mesh[3 * rightEye]!;
  const dy = mesh[3 * leftEye + 1]! - mesh[3 * rightEye + 1]!;
  const angle = Math.atan2(dy, dx);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const turned = new Float64Array(mesh.length);
  for (let i = 0; i < mesh.length; i += 3) {
    turned[i] = cos * mesh[i]! + sin * mesh[i + 1]!;
    turned[i + 1] = cos * mesh[i + 1]! - sin * mesh[i]!;
  }
  const { left, top, right, bottom } = meshBox(turned);
  const u = (left + right) / 2;
  const v = (top + bottom) / 2;
  return { x: cos * u - sin * v, y: sin * u + cos * v, side: margin * Math.max(right - left, bottom - top), angle };
}

/** Points of the network's picture (size x size pixels) back in the frame; z scales alike. */
export function meshFromCut(points: ArrayLike<number>, at: number, { x, y, side, angle }: Cut, size: number): FaceMesh {
  const mesh = new Float32Array(3 * meshPoints);
  const scale = side / size;
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  for (let i = 0; i < mesh.length; i += 3) {
    const u = points[at + i]! - size / 2;
    const v = points[at + i + 1]! - size / 2;
    mesh[i] = x + cos * u - sin * v;
    mesh[i + 1] = y + sin * u + cos * v;
    mesh[i + 2] = points[at + i + 2]! * scale;
  }
  return mesh;
}

export function averageMesh(meshes: readonly FaceMesh[]): FaceMesh {
  return Float32Array.from(meshes[0]!, (_, i) => meshes.reduce((sum, mesh) => sum + mesh[i]!, 0) / meshes.length);
}
