import { join } from 'node:path';
import type { Source } from './types.js';

/** The four sibling trees of the legacy layout (model-facts §6.3). */
export const trees = ['images', 'kpts', 'kpts_dense', 'masks'] as const;
export type Tree = (typeof trees)[number];
/** Beside them, of rendered sequences: the codes that they were rendered from. */
export type AnyTree = Tree | 'codes';

/** Root folder and depth of each source: MEAD actor/emotion/level/clip, Aff-Wild2 `<video>_sequence/<segment>`. */
export const sourceRoots: Record<Source, { readonly folder: string; readonly depth: number }> = {
  mead: { folder: 'MEAD_Dataset_25', depth: 4 },
  affwild2: { folder: 'Aff-wild2', depth: 2 },
};

/** The id of a sequence: its path under the root with the word `masks`. */
export function sequenceId(source: Source, ...parts: readonly string[]): string {
  return [sourceRoots[source].folder, 'masks', ...parts].join('/');
}

/** The folder of a sequence in one of the trees. */
export function treeFolder(root: string, id: string, tree: AnyTree): string {
  const [source, , ...rest] = id.split('/');
  return join(root, source!, tree, ...rest);
}

export const imageEndings = ['.png', '.jpg', '.jpeg'] as const;

/** The file's stem, or null where the tree does not hold such files. */
export function stemOf(tree: Tree, name: string): string | null {
  const endings: readonly string[] = tree === 'images' ? imageEndings : ['.npy'];
  const ending = endings.find((end) => name.toLowerCase().endsWith(end));
  return ending === undefined ? null : name.slice(0, -ending.length);
}
