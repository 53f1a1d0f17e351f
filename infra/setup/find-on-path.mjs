import fs from 'node:fs';
import path from 'node:path';

/** The path of a program on PATH, or null. */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (folder !== '' && fs.statSync(file).isFile()) return file;
    } catch {}
  }
  return null;
}
