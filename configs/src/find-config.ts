import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AuseqError } from '@auseq/proto/errors';
import { nearest } from './nearest.js';

/** The folder of the presets that come with auseq. */
export const defaultPresetDir = fileURLToPath(new URL('..', import.meta.url));

const skipped = new Set(['node_modules', 'dist', 'src']);

/** Preset names: paths under `presetDir` without `.yml`, e.g. `tiny`, `release_version/deca_pretrain_video_OnlyE2`. */
export function presetNames(presetDir = defaultPresetDir): string[] {
  const walk = (folder: string, prefix: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (entry.isDirectory())
        return skipped.has(entry.name) ? [] : walk(join(folder, entry.name), `${prefix}${entry.name}/`);
      return entry.name.endsWith('.yml') ? [`${prefix}${entry.name.slice(0, -4)}`] : [];
    });
  return walk(presetDir, '').sort();
}

/** Reads a config file, or the preset of that name. Throws AU_CONFIG_NOT_FOUND. */
export function readConfigFile(file: string, presetDir = defaultPresetDir): { name: string; text: string } {
  const presets = presetNames(presetDir);
  const preset = presets.find((name) => name === file || basename(name) === file);
  const path = existsSync(file) || !preset ? file : join(presetDir, `${preset}.yml`);
  try {
    return { name: path === file ? file : `${preset}.yml`, text: readFileSync(path, 'utf8') };
  } catch (cause) {
    const guess = nearest(
      basename(file).replace(/\.ya?ml$/, ''),
      presets.map((name) => basename(name)),
    );
    throw new AuseqError('AU_CONFIG_NOT_FOUND', {
      what: `config ${file} cannot be read`,
      why:
        (cause as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'there is no such file, nor a preset of that name'
          : String((cause as Error).message),
      try: guess ? `the preset ${guess}` : `a path, or one of the presets ${presets.join(', ')}`,
      cause,
    });
  }
}
