import { z } from 'zod';
import { runConfig } from './schema.js';

/** The JSON Schema that editors use to complete and check run configs (draft 2020-12, input side: defaults are optional). */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(runConfig, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ title: 'auseq run config', ...schema }, null, 2)}\n`;
}
