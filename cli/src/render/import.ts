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
}

/** One line for each legacy file: whether it was found, its hash, and what a missing one costs. */
export function importTable({ files }: ImportView): string {
  const rows = files.map(({ file, state, sha256, costs }) => [file, state, sha256?.slice(0, 12) ?? '', costs]);
  return table(['file', 'state', 'sha256', 'without it'], rows);
}
