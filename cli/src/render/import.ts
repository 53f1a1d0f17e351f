import { table } from './table.js';

/** What `assets import` reports, as far as it is shown. */
export interface ImportView {
  readonly assets: { readonly sha256: string; readonly preset: string } | null;
  readonly files: readonly {
    readonly file: string;
    readonly state: string;
    readonly path: string | null;
    readonly sha256: string | null;
    readonly costs: string;
  }[];
  /** Null where the folder has no model.tar. */
  readonly modelTar: {
    readonly network: {
      readonly preset: string;
      readonly head: string;
      readonly frames: number;
      readonly weights: number;
      readonly step: number;
    } | null;
    readonly problem: string;
  } | null;
}

/** One line for each legacy file: whether it was found, its hash, and what a missing one costs. */
export function importTable({ files, modelTar }: ImportView): string {
  const rows = files.map(({ file, state, sha256, costs }) => [file, state, sha256?.slice(0, 12) ?? '', costs]);
  return `${table(['file', 'state', 'sha256', 'without it'], rows)}${trained(modelTar)}`;
}

function trained(modelTar: ImportView['modelTar']): string {
  if (!modelTar) return '';
  const { network, problem } = modelTar;
  if (!network) return `\nno run can go on from model.tar: ${problem}`;
  const { preset, head, frames, weights, step } = network;
  return `\nmodel.tar: BiViT (${preset}, head ${head}, ${frames} frames), ${weights} of ${weights} weights, ${step} steps taken`;
}
