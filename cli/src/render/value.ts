/** Any JSON value as indented `key: value` lines, lists as `- item`; for results that have no table of their own. */
export function formatValue(value: unknown, indent = ''): string {
  if (value === null || typeof value !== 'object') return `${indent}${scalar(value)}`;
  const entries = Array.isArray(value)
    ? value.map((item): [string, unknown] => ['-', item])
    : Object.entries(value).map(([key, item]): [string, unknown] => [`${key}:`, item]);
  return entries
    .map(([label, item]) => {
      const nested = item !== null && typeof item === 'object' && Object.keys(item).length > 0;
      return nested ? `${indent}${label}\n${formatValue(item, `${indent}  `)}` : `${indent}${label} ${scalar(item)}`;
    })
    .join('\n');
}

function scalar(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'object') return Array.isArray(value) ? 'none' : '{}';
  return typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toPrecision(5))) : String(value);
}
