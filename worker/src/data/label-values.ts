/** The 14 classes of the RTNet face parser; 10-13 cannot come from a mesh (model-facts §6.3). */
export const labels = {
  background: 0,
  skin: 1,
  leftBrow: 2,
  rightBrow: 3,
  leftEye: 4,
  rightEye: 5,
  nose: 6,
  upperLip: 7,
  innerMouth: 8,
  lowerLip: 9,
  hair: 10,
  leftEar: 11,
  rightEar: 12,
  glasses: 13,
} as const;

export const labelCount = 14;

/**
 * Mask value of a label: background, hair, ears and glasses 0; eyes, lips and inner mouth 2; the rest of the face 1
 * (model-facts §6.3, §11).
 */
export function maskValue(label: number): number {
  if (label <= 0 || (label >= labels.hair && label <= labels.glasses)) return 0;
  const { leftEye, rightEye, upperLip, innerMouth, lowerLip } = labels;
  return [leftEye, rightEye, upperLip, innerMouth, lowerLip].some((one) => one === label) ? 2 : 1;
}
