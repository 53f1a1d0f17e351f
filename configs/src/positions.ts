import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';
import type { Override } from './overrides.js';

export interface WrittenConfig {
  /** File name for messages. */
  name: string;
  doc: Document;
  lines: LineCounter;
  overrides: readonly Override[];
}

type Path = readonly PropertyKey[];

const startsWith = (path: Path, prefix: Path) => prefix.every((key, index) => path[index] === key);

/** Where a value was set: `--set a.b=c`, `file:line:column`, or just the file for a default. */
export function locateValue(written: WrittenConfig, path: Path): string {
  const override = written.overrides.findLast((each) => startsWith(path, each.path));
  if (override) return `--set ${override.text}`;
  for (let length = path.length; length > 0; length--) {
    const node = written.doc.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return at(written, node.range[0]);
  }
  return written.name;
}

/** Where a key itself stands (its value may be fine). */
export function locateKey(written: WrittenConfig, parent: Path, key: string): string {
  const map = parent.length === 0 ? written.doc.contents : written.doc.getIn(parent, true);
  if (isMap(map)) {
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair && isScalar(pair.key) && pair.key.range) return at(written, pair.key.range[0]);
  }
  return locateValue(written, parent);
}

function at({ name, lines }: WrittenConfig, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${name}:${line}:${col}`;
}
