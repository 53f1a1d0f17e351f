/** Contour points 0..8 as mediapipe indices, from above the ear on the image's left down to the chin. */
export const contourRun = [162, 234, 93, 58, 172, 136, 149, 148, 152] as const;

const contourMirror = [377, 378, 365, 397, 288, 323, 454, 389] as const;

/** The 51 inner points in ibug's order: brows, nose, eyes, mouth. */
export const innerPoints: readonly number[] = [
  ...[70, 63, 105, 66, 107, 336, 296, 334, 293, 300],
  ...[168, 197, 5, 4, 98, 97, 2, 326, 327],
  ...[33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380],
  ...[61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181],
  ...[78, 81, 13, 311, 308, 402, 14, 178],
];

/** The 68 points as indices into mediapipe's 468: the stand-in head's landmarks sit where these mesh points do. */
export const ibugIndices: readonly number[] = [...contourRun, ...contourMirror, ...innerPoints];
