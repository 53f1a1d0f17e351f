import { z } from 'zod';

/**
 * Slips of the legacy code (model-facts §0.7), each with its own switch: true, or the legacy name, does as the legacy code did.
 * Three have none: the archive test of slip 3 and the reshuffle of slip 7 change no number of a step (and depend on which
 * loader process is asked first), and slip 9 only recomputes constants.
 */
export const legacySlips = z.strictObject({
  au_feature_weight: z
    .boolean()
    .default(false)
    .describe('slip 1: AUFLoss, where its own weight is above 0, is multiplied by the weight of expression instead'),
  landmark_weights_compound: z
    .boolean()
    .default(false)
    .describe(
      'slip 2: a landmark loss leaves its weights in the target, for the next loss of the step that reads it (lmk then lmk_static; lmk_mp then au_lmk)',
    ),
  mask_repeat_resize: z
    .boolean()
    .default(false)
    .describe(
      'slip 4: a mask of another size is not scaled: its values are repeated or cut, row by row, to fill the picture',
    ),
  au_net_raw_input: z
    .boolean()
    .default(false)
    .describe(
      "slip 5: AUNet sees 0..1 pictures, not ImageNet's mean and deviation; the weights of an old model.tar want it",
    ),
  sh_basis: z
    .enum(['renderer3', 'standard', 'deca'])
    .default('renderer3')
    .describe(
      'slip 6: basis of the predicted light. renderer3 = the legacy one, 2(z2-x2-y2); standard = 2z2-x2-y2; deca = that of E_flame. The weights of an old model.tar want renderer3',
    ),
  single_key_attention: z
    .boolean()
    .default(true)
    .describe(
      'slip 8: cross attention to one averaged global token, so that its queries and keys never learn; false = to a token of each frame. The weights of an old model.tar want it',
    ),
  lip_pair_61: z
    .boolean()
    .default(false)
    .describe('slip 10: the first lip pair ends at dense point 61, on the nose, not at 68, on the lip'),
  summed_regularisers: z
    .boolean()
    .default(false)
    .describe('slip 11: regularisers are summed over the batch, not averaged, and so depend on its size'),
});

export type LegacySlips = z.infer<typeof legacySlips>;

/** As the legacy code was: what `--legacy-slips` means. */
export const allSlips: LegacySlips = {
  au_feature_weight: true,
  landmark_weights_compound: true,
  mask_repeat_resize: true,
  au_net_raw_input: true,
  sh_basis: 'renderer3',
  single_key_attention: true,
  lip_pair_61: true,
  summed_regularisers: true,
};

/** Those that the weights of an old model.tar were trained with, and mean nothing without (model-facts §0.1, §11). */
export const slipsOfOldWeights = {
  au_net_raw_input: true,
  sh_basis: 'renderer3',
  single_key_attention: true,
} as const satisfies Partial<LegacySlips>;
