import { AuseqError } from '@auseq/proto/errors';
import { parse } from 'yaml';
import { nearest } from './nearest.js';
import { keysAt, valuePaths } from './schema-paths.js';

export interface Override {
  /** What was typed, for messages: `train.max_steps=20`. */
  text: string;
  path: string[];
  value: unknown;
}

/** Parses one `--set a.b=value`; the value is YAML. Throws AU_USAGE (no `=`, bad YAML) or AU_CONFIG_UNKNOWN_KEY. */
export function parseOverride(text: string): Override {
  const equals = text.indexOf('=');
  if (equals <= 0) {
    throw new AuseqError('AU_USAGE', {
      what: `--set ${text} is no assignment`,
      why: 'it needs the form key.path=value',
      try: '--set train.max_steps=2000',
    });
  }
  const dotted = text.slice(0, equals).trim();
  const path = dotted.split('.');
  if (!valuePaths().includes(dotted)) throw unknownPath(text, dotted, path);
  try {
    return { text, path, value: parse(text.slice(equals + 1)) };
  } catch (cause) {
    throw new AuseqError('AU_USAGE', {
      what: `--set ${text} cannot be read`,
      why: `the value is no YAML: ${String((cause as Error).message).split('\n')[0]}`,
      try: `quote it: --set '${dotted}="text"'`,
      cause,
    });
  }
}

function unknownPath(text: string, dotted: string, path: readonly string[]): AuseqError {
  const section = keysAt(path);
  const guess = section ? `${dotted}.${section[0]}` : guessPath(dotted);
  return new AuseqError('AU_CONFIG_UNKNOWN_KEY', {
    what: section ? `--set ${dotted}: this is a section, not a value` : `--set ${dotted}: no such key`,
    why: guess && !section ? `did you mean ${guess}?` : 'the key must name one value',
    try: guess ? `--set ${guess}=...` : 'auseq config show, which lists every key',
    where: `--set ${text}`,
  });
}

/** Nearest whole path; a bare last part (`max_steps`) is completed when it is unique. */
function guessPath(dotted: string): string | null {
  const paths = valuePaths();
  const ending = paths.filter((path) => path.endsWith(`.${dotted}`));
  return ending.length === 1 ? ending[0]! : nearest(dotted, paths);
}
