/**
 * The 105 dense points as indices into mediapipe's 468, each group in ascending order within its side
 * (model-facts §1.4, §0.3): brows 0-19, eyes 20-51, nose 52-64, mouth 65-104. Runs below are written from the outer
 * corner inwards (mouth: from the image's left to its right).
 */
export const browRuns = {
  left: { upper: [300, 293, 334, 296, 336], lower: [276, 283, 282, 295, 285] },
  right: { upper: [70, 63, 105, 66, 107], lower: [46, 53, 52, 65, 55] },
} as const;

export const lidRuns = {
  left: { upper: [263, 466, 388, 387, 386, 385, 384, 398, 362], lower: [263, 249, 390, 373, 374, 380, 381, 382, 362] },
  right: { upper: [33, 246, 161, 160, 159, 158, 157, 173, 133], lower: [33, 7, 163, 144, 145, 153, 154, 155, 133] },
} as const;

/** Down the bridge to the tip, then along the base from the image's left to its right. */
export const noseRun = [168, 6, 197, 195, 5, 4, 129, 98, 97, 2, 326, 327, 358] as const;

export const lipRuns = {
  outer: {
    upper: [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291],
    lower: [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291],
  },
  inner: {
    upper: [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308],
    lower: [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308],
  },
} as const;

const ascending = (...runs: readonly (readonly number[])[]): number[] =>
  [...new Set(runs.flat())].sort((a, b) => a - b);

export const denseIndices: readonly number[] = [
  ...ascending(browRuns.left.upper, browRuns.left.lower),
  ...ascending(browRuns.right.upper, browRuns.right.lower),
  ...ascending(lidRuns.left.upper, lidRuns.left.lower),
  ...ascending(lidRuns.right.upper, lidRuns.right.lower),
  ...noseRun,
  ...ascending(lipRuns.outer.upper, lipRuns.outer.lower, lipRuns.inner.upper, lipRuns.inner.lower),
];
