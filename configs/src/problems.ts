import { AuseqError, type ErrorCode } from '@auseq/proto/errors';
import type { z } from 'zod';
import { nearest } from './nearest.js';
import { locateKey, locateValue, type WrittenConfig } from './positions.js';
import type { Finding } from './rules.js';
import { keysAt, valuePaths } from './schema-paths.js';

interface Problem {
  code: ErrorCode;
  text: string;
  fix: string;
  where: string;
}

type Issue = z.core.$ZodIssue;

/** What the schema refused, as one coded error: unknown keys first, since they often explain the rest. */
export function schemaError(written: WrittenConfig, value: unknown, issues: readonly Issue[]): AuseqError {
  const problems = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(written, issue.path, key))
      : [wrongValue(written, value, issue)],
  );
  const order = (problem: Problem) => (problem.code === 'AU_CONFIG_UNKNOWN_KEY' ? 0 : 1);
  return join(
    written,
    [...problems].sort((a, b) => order(a) - order(b)),
  );
}

/** The combinations that are impossible, as one coded error. */
export function conflictError(written: WrittenConfig, findings: readonly Finding[]): AuseqError {
  return join(
    written,
    findings.map(({ path, problem, fix }) => ({
      code: 'AU_CONFIG_CONFLICT',
      text: `${path}: ${problem}`,
      fix,
      where: locateValue(written, path.split('.')),
    })),
  );
}

function unknownKey(written: WrittenConfig, parent: readonly PropertyKey[], key: string): Problem {
  const guess = nearest(key, keysAt(parent) ?? []);
  const elsewhere = valuePaths().filter((path) => path.split('.').at(-1) === key);
  const dotted = [...parent, key].join('.');
  const meant = guess ? [...parent, guess].join('.') : elsewhere.length === 1 ? elsewhere[0]! : null;
  return {
    code: 'AU_CONFIG_UNKNOWN_KEY',
    text: meant ? `unknown key ${dotted}, did you mean ${meant}?` : `unknown key ${dotted}`,
    fix: meant ? `write ${meant}` : 'remove it; `auseq config show` lists every key',
    where: locateKey(written, parent, key),
  };
}

function wrongValue(written: WrittenConfig, root: unknown, issue: Issue): Problem {
  const path = issue.path.join('.') || 'the file';
  const got = describe(
    issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], root),
  );
  const expected = expectation(issue);
  return {
    code: 'AU_CONFIG_TYPE',
    text: `${path}: expected ${expected}, got ${got}`,
    fix: `give ${path} ${expected}`,
    where: locateValue(written, issue.path),
  };
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return (
        { int: 'a whole number', object: 'a section with keys', boolean: 'true or false' }[issue.expected as string] ??
        `a ${String(issue.expected)}`
      );
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `a number ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  return typeof value === 'string' ? `text "${value}"` : `${value}`;
}

function join(written: WrittenConfig, problems: readonly Problem[]): AuseqError {
  const [first] = problems;
  const many = problems.length > 1;
  return new AuseqError(first!.code, {
    what: many ? `${written.name} has ${problems.length} mistakes` : `${written.name} cannot be used`,
    why: many ? problems.map(({ text, where }) => `${text} (${where})`).join('; ') : first!.text,
    try: first!.fix,
    where: first!.where,
  });
}
