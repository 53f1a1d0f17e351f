import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './cache.mjs';

/** The root of this clone. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

export const versions = JSON.parse(readFileSync(new URL('./versions.json', import.meta.url), 'utf8'));

/** The name of the lock for what is done inside this clone. */
export const cloneLock = `clone-${sha256(root).slice(0, 12)}`;
