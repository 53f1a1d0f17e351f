import { createHash } from 'node:crypto';
import type { Document } from 'yaml';
import { readConfigFile } from './find-config.js';
import { type Override, parseOverride } from './overrides.js';
import { parseWritten } from './parse-written.js';
import { locateValue } from './positions.js';
import { conflictError, schemaError } from './problems.js';
import { checkCombinations } from './rules.js';
import { type RunConfig, runConfig } from './schema.js';

export type ConfigSource = { file: string } | { text: string; name?: string };

export interface LoadOptions {
  /** `train.max_steps=20` and the like, applied in order. */
  sets?: readonly string[];
  presetDir?: string;
}

export interface LoadedConfig {
  config: RunConfig;
  /** What was written, comments included, with the overrides in place: loading it again gives the same config. */
  yaml: string;
  /** SHA-256 (hex) of the defaulted config: equal for equal settings, however they were written. */
  hash: string;
  /** Allowed but odd combinations, each one sentence with its place. */
  warnings: string[];
}

/**
 * Reads, overrides, defaults and checks a run's config.
 * Throws AU_CONFIG_NOT_FOUND, AU_CONFIG_SYNTAX, AU_CONFIG_UNKNOWN_KEY, AU_CONFIG_TYPE or AU_CONFIG_CONFLICT, each with line and column.
 */
export function loadConfig(source: ConfigSource, options: LoadOptions = {}): LoadedConfig {
  const { name, text } =
    'file' in source ? readConfigFile(source.file, options.presetDir) : { name: 'config', ...source };
  const overrides = (options.sets ?? []).map(parseOverride);
  const written = parseWritten(name, text, overrides);
  const value = applyOverrides(written.doc.toJS() ?? {}, overrides);
  const parsed = runConfig.safeParse(value);
  if (!parsed.success) throw schemaError(written, value, parsed.error.issues);
  const findings = checkCombinations(parsed.data);
  const errors = findings.filter(({ level }) => level === 'error');
  if (errors.length > 0) throw conflictError(written, errors);
  return {
    config: parsed.data,
    yaml: rewrite(written.doc, text, overrides),
    hash: hashConfig(parsed.data),
    warnings: findings.map(
      ({ path, problem, fix }) => `${path}: ${problem}; ${fix} (${locateValue(written, path.split('.'))})`,
    ),
  };
}

/** SHA-256 (hex) over the config as JSON with sorted keys. */
export function hashConfig(config: RunConfig): string {
  const sorted = (value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, child]) => [key, sorted(child)]),
        )
      : value;
  return createHash('sha256')
    .update(JSON.stringify(sorted(config)))
    .digest('hex');
}

/** Sets values on the plain object; a section that is no map is left for the schema to refuse. */
function applyOverrides(root: unknown, overrides: readonly Override[]): unknown {
  if (root === null || typeof root !== 'object') return root;
  for (const { path, value } of overrides) {
    let at = root as Record<string, unknown>;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
      if (typeof at !== 'object') break;
    }
    if (typeof at === 'object') at[path.at(-1)!] = value;
  }
  return root;
}

function rewrite(doc: Document, text: string, overrides: readonly Override[]): string {
  if (overrides.length === 0) return text;
  for (const { path, value } of overrides) {
    const section = path.slice(0, -1);
    if (section.length > 0 && doc.getIn(section) == null) doc.setIn(section, doc.createNode({}));
    doc.setIn(path, value);
  }
  return doc.toString({ lineWidth: 0 });
}
