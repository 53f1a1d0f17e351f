import { type CodeName, codeSizes, type HeadName, headCodes } from '@auseq/configs/heads';
import { AuseqError } from '@auseq/proto/errors';
import type { tf } from '../tensor/tf.js';

/** One group of consecutive columns of a flat code; `shape` is how a row of it is viewed. */
export interface CodePart {
  readonly name: string;
  readonly size: number;
  readonly shape: readonly number[];
}

export type CodeLayout = readonly CodePart[];

const part = (name: string, ...shape: number[]): CodePart => ({
  name,
  size: shape.reduce((size, extent) => size * extent, 1),
  shape,
});

const light = part('light', 9, 3);

/** The outputs of one of BiViT's heads (model-facts §0.1): texture, expression, jaw (axis-angle), light (9 harmonics x RGB). */
export function headLayout(head: HeadName): CodeLayout {
  const codes: readonly CodeName[] = headCodes[head];
  return codes.map((code) => (code === 'light' ? light : part(code, codeSizes[code])));
}

/** BiViT's 127 outputs as published. */
export const bivitCodeLayout: CodeLayout = headLayout('OnlyE');

/** E_flame's 236 outputs (model-facts §2.1). */
export const eFlameCodeLayout: CodeLayout = [
  part('shape', 100),
  part('tex', 50),
  part('exp', 50),
  part('pose', 6),
  part('cam', 3),
  light,
];

/** Columns of a layout. */
export function codeSize(layout: CodeLayout): number {
  return layout.reduce((sum, { size }) => sum + size, 0);
}

/** First column and size of a part; throws AU_NUMERIC for a name the layout lacks. */
export function codeRange(layout: CodeLayout, name: string): { start: number; size: number } {
  let start = 0;
  for (const part of layout) {
    if (part.name === name) return { start, size: part.size };
    start += part.size;
  }
  throw new AuseqError('AU_NUMERIC', {
    what: `the code "${name}" was asked for`,
    why: `the layout has ${layout.map((part) => part.name).join(', ')}`,
    try: 'ask for one of these names',
  });
}

/** Cuts flat codes [B, codeSize] into named parts [B, ...shape]; differentiable (model-facts §3.1). */
export function decomposeCode(flat: tf.Tensor, layout: CodeLayout): Record<string, tf.Tensor> {
  const batch = flat.shape[0]!;
  const parts: Record<string, tf.Tensor> = {};
  let start = 0;
  for (const { name, size, shape } of layout) {
    parts[name] = flat.slice([0, start], [batch, size]).reshape([batch, ...shape]);
    start += size;
  }
  return parts;
}

/** The same cut of one flat row on the host. */
export function decomposeRow(row: Float32Array, layout: CodeLayout): Record<string, Float32Array> {
  const parts: Record<string, Float32Array> = {};
  let start = 0;
  for (const { name, size } of layout) {
    parts[name] = row.subarray(start, start + size);
    start += size;
  }
  return parts;
}
