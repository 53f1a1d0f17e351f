import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from './write-whole.js';

/** Where finished frames are kept, so that an interrupted run goes on behind them: DIR/.infer/KEY. */
export interface WorkFolder {
  readonly path: string;
  file(...parts: string[]): string;
  has(...parts: string[]): Promise<boolean>;
  /** The parsed JSON of a file that was written as a whole, null where there is none. */
  read<T>(...parts: string[]): Promise<T | null>;
  write(value: unknown, ...parts: string[]): Promise<void>;
  /** Removes what another combination of inputs left in `out`, its results included: called once this one is known to be usable. */
  replaceOthers(): Promise<void>;
  /** Takes everything of its own away again, and the folders around it where nothing else is in them. */
  remove(): Promise<void>;
}

const parent = '.infer';
const subfolders = ['faces', 'codes', 'drawn'] as const;

/** Everything that inference writes beside its work folder. */
const results = [
  'parameters.jsonl',
  'parameters.npz',
  'au.csv',
  'overlay.mp4',
  'sheet.png',
  'meshes',
  'face.glb',
  'infer.json',
];

/** Opens the folder of one combination of inputs. */
export async function openWork(out: string, inputs: readonly string[]): Promise<WorkFolder> {
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
  const path = join(out, parent, key);
  for (const folder of subfolders) await mkdir(join(path, folder), { recursive: true });
  const file = (...parts: string[]) => join(path, ...parts);
  return {
    path,
    file,
    has: (...parts) =>
      access(file(...parts)).then(
        () => true,
        () => false,
      ),
    async read<T>(...parts: string[]) {
      const text = await readFile(file(...parts), 'utf8').catch(() => null);
      return text === null ? null : (JSON.parse(text) as T);
    },
    write: (value, ...parts) => writeWhole(file(...parts), JSON.stringify(value)),
    async replaceOthers() {
      const others = (await readdir(join(out, parent))).filter((name) => name !== key);
      // Results of two clips side by side would look like those of one.
      const stale = others.length > 0 ? results : [];
      for (const name of stale) await rm(join(out, name), { recursive: true, force: true });
      for (const other of others) await rm(join(out, parent, other), { recursive: true, force: true });
    },
    async remove() {
      await rm(path, { recursive: true, force: true });
      for (const folder of [join(out, parent), out]) await rmdir(folder).catch(() => {});
    },
  };
}

/** Frames count from 000001 in every file's name. */
export const frameName = (index: number): string => String(index + 1).padStart(6, '0');
