import { type LegacySlips, legacySlips, slipsOfOldWeights } from '@auseq/configs/legacy-slips';
import type { RunConfig } from '@auseq/configs/schema';
import { fileFormatError } from '../formats/file-format-error.js';
import { readZip } from '../formats/zip.js';

/** Beside torch's own records, which do not mind it: the switches that our weights were trained with. */
export const slipsRecord = 'auseq_legacy.json';

/** Of the switches, those that the meaning of weights depends on. */
export type WeightSlips = Pick<LegacySlips, keyof typeof slipsOfOldWeights>;

/**
 * The switches that a model.tar's weights were trained with: what our export wrote into it; in any other file those of the
 * legacy code (model-facts §0.7, §11). Throws AU_FILE_FORMAT for a damaged record.
 */
export function slipsOfModelTar(
  data: Uint8Array,
  path: string,
): { readonly slips: WeightSlips; readonly old: boolean } {
  // The torch stream of before 1.6 is no zip, and never ours.
  const isZip = data.length > 4 && data[0] === 0x50 && data[1] === 0x4b;
  const record = isZip ? [...readZip(data, path)].find(([name]) => name.endsWith(`/${slipsRecord}`)) : undefined;
  if (!record) return { slips: slipsOfOldWeights, old: true };
  return { slips: ofWeights(parseSlips(Buffer.from(record[1].read()).toString(), path)), old: false };
}

/** The switches out of a checkpoint's provenance, where they are kept if they are not the defaults. */
export function parseSlips(text: string | undefined, path: string): LegacySlips {
  try {
    return legacySlips.parse(text === undefined ? {} : JSON.parse(text));
  } catch {
    throw fileFormatError({ path, offset: 0 }, 'what it says of the legacy switches cannot be read');
  }
}

export function ofWeights({ au_net_raw_input, sh_basis, single_key_attention }: LegacySlips): WeightSlips {
  return { au_net_raw_input, sh_basis, single_key_attention };
}

/** A run's config with the switches of the weights it starts from, and the names of those that this changed. */
export function withSlips(config: RunConfig, slips: WeightSlips): { config: RunConfig; changed: string[] } {
  const changed = (Object.keys(slips) as (keyof WeightSlips)[]).filter((key) => config.legacy[key] !== slips[key]);
  return { config: { ...config, legacy: { ...config.legacy, ...slips } }, changed };
}
