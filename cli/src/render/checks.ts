import { paint } from './style.js';
import { table } from './table.js';

export interface CheckView {
  name: string;
  state: 'pass' | 'warn' | 'fail';
  measured: string;
  fix?: string | undefined;
}

const styles = { pass: 'green', warn: 'yellow', fail: 'red' } as const;

/** One line a check; under each that did not pass, what repairs it. */
export function formatChecks(checks: readonly CheckView[]): string {
  const lines = table(
    ['STATE', 'CHECK', 'MEASURED'],
    checks.map(({ state, name, measured }) => [paint(styles[state], state), name, measured]),
  ).split('\n');
  const fixes = checks.map(({ state, fix }) => (state !== 'pass' && fix ? [`      fix: ${fix}`] : []));
  return lines.flatMap((line, index) => [line, ...(fixes[index - 1] ?? [])]).join('\n');
}
