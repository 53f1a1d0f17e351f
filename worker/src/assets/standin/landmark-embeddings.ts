import type { LandmarkEmbeddings } from '../types.js';
import { denseIndices } from './dense-indices.js';
import { type EmbeddedPoint, embedInSkin } from './embed.js';
import type { ChartPoint } from './feature-curves.js';
import { innerPoints } from './ibug-indices.js';
import { contourPoints, meshPoints } from './landmark-points.js';
import type { SkinMesh } from './skin-mesh.js';

/** 68, 105 and the 79 contour bins (model-facts §1.4): bins 0..39 are yaw 0..39 degrees, 40..78 are yaw -1..-39. */
export function standinLandmarks(skin: SkinMesh): LandmarkEmbeddings {
  const inner = embedInSkin(skin, innerPoints.map(chartOf));
  const dense = embedInSkin(skin, denseIndices.map(chartOf));
  const yaws = Array.from({ length: 79 }, (_, bin) => (bin < 40 ? bin : 39 - bin));
  const contour = embedInSkin(skin, yaws.flatMap(contourPoints));
  const full = [...contour.slice(0, 17), ...inner];
  return {
    staticFaces: facesOf(inner),
    staticBary: baryOf(inner),
    dynamicFaces: facesOf(contour),
    dynamicBary: baryOf(contour),
    fullFaces: facesOf(full),
    fullBary: baryOf(full),
    denseFaces: facesOf(dense),
    denseBary: baryOf(dense),
    denseIndices: Int32Array.from(denseIndices),
  };
}

function chartOf(index: number): ChartPoint {
  const point = meshPoints.get(index);
  if (!point) throw new RangeError(`mesh point ${index} has no place on the chart`);
  return point;
}

const facesOf = (points: readonly EmbeddedPoint[]): Int32Array => Int32Array.from(points, ({ face }) => face);
const baryOf = (points: readonly EmbeddedPoint[]): Float32Array =>
  Float32Array.from(points.flatMap(({ bary }) => [...bary]));
