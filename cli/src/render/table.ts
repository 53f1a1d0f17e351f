import { stripVTControlCharacters } from 'node:util';

/** Columns as wide as their widest cell, two spaces apart; numbers to the right. Colour codes have no width. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header, ...rows.map((row) => row.map(String))];
  const width = (text: string) => stripVTControlCharacters(text).length;
  const widths = header.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? ''))));
  const rightward = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat(widths[column]! - width(cell));
        return rightward[column] ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

/** One `key  value` line each; empty values are left out. */
export function fields(entries: readonly (readonly [string, string | number])[]): string {
  const shown = entries.filter(([, value]) => value !== '');
  const width = Math.max(0, ...shown.map(([key]) => key.length));
  return shown.map(([key, value]) => `${key.padEnd(width)}  ${value}`).join('\n');
}
