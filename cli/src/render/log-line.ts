const levels: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** `12:30:05 info  worker-0 step 20  text`; a line that is no JSON is shown as it is. */
export function formatLogLine(json: string): string {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return json;
  }
  const { time, level, worker, role, step, msg, run: _run, pid: _pid, hostname: _hostname, err, ...others } = line;
  const clock = time === undefined ? '' : new Date(time as string | number).toISOString().slice(11, 19);
  const from = String(worker ?? role ?? '');
  const name = typeof level === 'number' ? (levels[level] ?? String(level)) : String(level ?? '');
  const rest = Object.entries(others).map(
    ([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  const failure = typeof err === 'object' && err !== null && 'message' in err ? String(err.message) : '';
  return [clock, name.padEnd(5), from, step === undefined ? '' : `step ${step}`, String(msg ?? ''), ...rest, failure]
    .filter((part) => part !== '')
    .join(' ');
}
