import { bivitCodeLayout, decomposeRow } from '../model/codes.js';

/** What is predicted for one frame: BiViT's codes, the frozen side's, and the AU scores. */
export interface FrameCodes {
  readonly codes: Float32Array; // [127] tex, exp, light
  readonly shape: Float32Array; // [100]
  readonly pose: Float32Array; // [6] root, jaw: axis-angle, radians
  readonly cam: Float32Array; // [3] scale and shift in the crop (model-facts §2.2)
  readonly aus: Float32Array; // one score a column of `auColumns`
}

export const partsOf = ({ codes }: FrameCodes) =>
  decomposeRow(codes, bivitCodeLayout) as Record<'tex' | 'exp' | 'light', Float32Array>;

/** The point `share` (0..1) of the way from one frame's values to another's; rotation vectors a few frames apart are mixed linearly too. */
export function mixCodes(from: FrameCodes, to: FrameCodes, share: number): FrameCodes {
  const mix = (name: keyof FrameCodes) => from[name].map((value, i) => value + share * (to[name][i]! - value));
  return { codes: mix('codes'), shape: mix('shape'), pose: mix('pose'), cam: mix('cam'), aus: mix('aus') };
}
