/**
 * The head's measures in millimetres: ordinary anthropometric proportions of an adult, ours alone.
 * The chart is the skin rolled flat: s = azimuth * chartRadius (0 = face's midline, + = image right), h = height along
 * the skin (equal to y in the face). The mouth stands open in the chart and is closed by the map to 3D.
 */
export const chartRadius = 70;
export const chart = { left: -Math.PI * chartRadius, right: Math.PI * chartRadius, bottom: -190, top: 180 } as const;

export const eye = {
  s: 31,
  h: 22,
  halfWidth: 14.5,
  up: 5.6,
  down: 4.4,
  slant: 0.05, // the outer corner sits a little higher
  ball: { x: 16.5, y: 12.6, z: 12 }, // half axes of the eyeball
  lid: 1, // lids stand off the eyeball by this much
  turn: 0.28, // how the eye's plane falls back to the side
} as const;

export const mouth = {
  h: -41,
  inner: 24, // half width of the slit
  outer: 27.5,
  open: 4, // half height of the opening in the chart
  reach: 16, // how far from the slit the chart is bent to close it
  upper: 8, // height of the upper lip's red
  lower: 9,
} as const;

export const brow = { inner: 10, outer: 52, h: 42.5, arch: 4.5, thickness: 5 } as const;

export const nose = { nasion: 28, tip: -8, base: -21, alar: 17 } as const;

/** The mandible in the chart from above the ear to the chin: mediapipe's face oval, by its index on the image's left. */
export const jawline: readonly { index: number; s: number; h: number }[] = [
  { index: 162, s: 99, h: 34 },
  { index: 127, s: 102, h: 18 },
  { index: 234, s: 101, h: 2 },
  { index: 93, s: 97, h: -14 },
  { index: 132, s: 91, h: -31 },
  { index: 58, s: 83, h: -48 },
  { index: 172, s: 71, h: -60 },
  { index: 136, s: 58, h: -69 },
  { index: 150, s: 45, h: -77 },
  { index: 149, s: 35, h: -83 },
  { index: 176, s: 24, h: -88 },
  { index: 148, s: 13, h: -92 },
  { index: 152, s: 0, h: -94 },
];

export type Side = -1 | 1;
export const sides: readonly Side[] = [-1, 1];
