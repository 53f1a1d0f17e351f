import { resolve } from 'node:path';
import { type LoadedConfig, loadConfig } from '@auseq/configs/load-config';
import { AuseqError } from '@auseq/proto/errors';

/** Paths a worker opens; it has another working folder than the person, so they travel as absolute ones. */
const pathKeys = ['dataset.root', 'assets'] as const;

/** Loads a config as a run gets it: relative folders are those of the caller. Throws AU_CONFIG_*. */
export function submittedConfig(file: string, sets: readonly string[], cwd = process.cwd()): LoadedConfig {
  const written = loadConfig({ file }, { sets });
  const { dataset, assets } = written.config;
  if (dataset.root === '') {
    throw new AuseqError('AU_CONFIG_CONFLICT', {
      what: `${file} names no data`,
      why: 'dataset.root is empty',
      try: '--set dataset.root=FOLDER, made by `auseq dataset prepare` or `auseq dataset synth`',
      where: file,
    });
  }
  const values = { 'dataset.root': dataset.root, assets };
  const absolute = pathKeys
    .filter((key) => values[key] !== '')
    .map((key) => `${key}=${JSON.stringify(resolve(cwd, values[key]))}`);
  return loadConfig({ file }, { sets: [...sets, ...absolute] });
}
