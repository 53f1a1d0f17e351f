/** Columns of each code that BiViT may predict (model-facts §0.1). */
export const codeSizes = { tex: 50, exp: 50, jaw: 3, light: 27 } as const;

export type CodeName = keyof typeof codeSizes;

/** What each head predicts, in the order of its columns (model-facts §0.1). */
export const headCodes = {
  OnlyE: ['tex', 'exp', 'light'],
  EandJT: ['tex', 'exp', 'jaw', 'light'],
  EandJ: ['exp', 'jaw'],
  'exp-only': ['exp'],
} as const satisfies Record<string, readonly CodeName[]>;

export type HeadName = keyof typeof headCodes;

/** Whether a head predicts a code. */
export function headHas(head: HeadName, code: CodeName): boolean {
  return (headCodes[head] as readonly CodeName[]).includes(code);
}

/** Outputs of a head: 127, 130, 53 or 50. */
export function headSize(head: HeadName): number {
  return headCodes[head].reduce((sum, code) => sum + codeSizes[code], 0);
}
