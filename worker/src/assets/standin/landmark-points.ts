import { chartRadius, jawline, type Side } from './anatomy.js';
import { browRuns, lidRuns, lipRuns } from './dense-indices.js';
import { browEdge, type ChartPoint, innerLip, lidMargin, outerLip } from './feature-curves.js';
import { contourRun } from './ibug-indices.js';

// Where along their curves the mesh's points lie: shares of the way, measured outside in (lips: middle outwards).
const lidShares = [0, 0.07, 0.16, 0.28, 0.45, 0.62, 0.79, 0.92, 1];
const lipShares = [1, 0.9, 0.71, 0.5, 0.25, 0];
const browUpperShares = [0, 0.23, 0.46, 0.72, 1];
const browLowerShares = [0.1, 0.32, 0.52, 0.75, 1];

const noseChart: readonly [number, ChartPoint][] = [
  [168, [0, 28]],
  [6, [0, 20]],
  [197, [0, 12]],
  [195, [0, 5]],
  [5, [0, -1.5]],
  [4, [0, -7]],
  [129, [-18, -11]],
  [98, [-13, -18]],
  [97, [-5.5, -21]],
  [2, [0, -22]],
  [326, [5.5, -21]],
  [327, [13, -18]],
  [358, [18, -11]],
];

/** Chart points by mediapipe index, for every dense point. */
export const meshPoints: ReadonlyMap<number, ChartPoint> = new Map(collect());

function* collect(): Generator<[number, ChartPoint]> {
  for (const [name, side] of [
    ['left', 1],
    ['right', -1],
  ] as const) {
    for (const upper of [true, false]) {
      const edge = upper ? 'upper' : 'lower';
      for (const [i, index] of lidRuns[name][edge].entries()) yield [index, lidMargin(side, lidShares[i]!, upper)];
      for (const [i, index] of browRuns[name][edge].entries()) {
        yield [index, browEdge(side, (upper ? browUpperShares : browLowerShares)[i]!, upper)];
      }
    }
  }
  for (const upper of [true, false]) {
    const edge = upper ? 'upper' : 'lower';
    for (let i = 0; i < 11; i += 1) {
      const t = i < 5 ? -lipShares[i]! : lipShares[10 - i]!;
      yield [lipRuns.outer[edge][i]!, outerLip(t, upper)];
      yield [lipRuns.inner[edge][i]!, innerLip(t, upper)];
    }
  }
  yield* noseChart;
}

/** Share of the turn that the contour follows: annotations follow the edge only in part. */
const slide = 0.5;

/**
 * The 17 contour points for a head turned by `yaw` degrees (positive: the face looks to the image's right): on the far
 * side they slide forward with the visible edge, on the near side they stay at the jaw line.
 */
export function contourPoints(yaw: number): ChartPoint[] {
  const far: Side = yaw >= 0 ? 1 : -1;
  const edge = (Math.PI / 2 - slide * Math.abs(yaw) * (Math.PI / 180)) * chartRadius;
  return Array.from({ length: 17 }, (_, i) => {
    const side: Side = i <= 8 ? -1 : 1;
    const { s, h } = jawline.find(({ index }) => index === contourRun[i <= 8 ? i : 16 - i])!;
    return [side * (side === far ? Math.min(s, edge) : s), h];
  });
}
