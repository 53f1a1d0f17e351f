import { Document, isScalar, parseDocument } from 'yaml';
import type { LoadedConfig } from './load-config.js';
import { valuePaths } from './schema-paths.js';

/** A config as YAML with every key; values that nobody wrote are marked `# default`. */
export function defaultedYaml({ config, yaml }: Pick<LoadedConfig, 'config' | 'yaml'>): string {
  const written = parseDocument(yaml);
  const doc = new Document(config);
  for (const dotted of valuePaths()) {
    const path = dotted.split('.');
    const node = doc.getIn(path, true);
    if (isScalar(node) && !written.hasIn(path)) node.comment = ' default';
  }
  return doc.toString({ lineWidth: 0 });
}
