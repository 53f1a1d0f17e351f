import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file that is either there as a whole or not at all. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await makeWhole(path, (draft) => writeFile(draft, content));
}

/** The same for a file that something else writes to the path it is given; `draft` keeps the ending. */
export async function makeWhole(path: string, write: (draft: string) => Promise<unknown>): Promise<void> {
  const ending = /\.[^./]*$/.exec(path)?.[0] ?? '';
  const draft = `${path}.${process.pid}.part${ending}`;
  try {
    await write(draft);
    await rename(draft, path);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
