import type { z } from 'zod';
import { runConfig } from './schema.js';

/** The fields of an object schema, seen through defaults; null for anything that has no fields. */
function fieldsOf(schema: z.core.$ZodType): Record<string, z.core.$ZodType> | null {
  const def = schema._zod.def as {
    type: string;
    innerType?: z.core.$ZodType;
    shape?: Record<string, z.core.$ZodType>;
  };
  if (def.type === 'object') return def.shape ?? null;
  return def.innerType ? fieldsOf(def.innerType) : null;
}

/** The keys that may stand under `path`; null when `path` is a value or does not exist. */
export function keysAt(path: readonly PropertyKey[]): string[] | null {
  let fields = fieldsOf(runConfig);
  for (const key of path) {
    const child = fields?.[String(key)];
    fields = child ? fieldsOf(child) : null;
  }
  return fields ? Object.keys(fields) : null;
}

/** Every dotted path that holds a value, e.g. `train.max_steps`, in schema order. */
export function valuePaths(prefix: readonly string[] = []): string[] {
  return (keysAt(prefix) ?? []).flatMap((key) => {
    const path = [...prefix, key];
    return keysAt(path) ? valuePaths(path) : [path.join('.')];
  });
}
