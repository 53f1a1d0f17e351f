/** The held-out error of a validation event, in pixels. */
export interface DemoValidation {
  readonly step: number;
  readonly landmark_error: number;
  readonly landmark_error_zero_expression: number;
  readonly landmark_error_constant_expression: number;
}

/** What the demo remembers of a run's events. */
export interface DemoProgress {
  readonly validations: DemoValidation[];
  readonly line: string | null;
}

/** Reads one JSON line of `runs submit --follow --output json`; lines that are no events say nothing. */
export function readDemoEvent(line: string, maxSteps: number): DemoProgress {
  const event = parse(line);
  if (event?.kind === 'validation') {
    const validation = event.json as DemoValidation;
    const text = `held-out landmark error at step ${validation.step}: ${validation.landmark_error.toFixed(3)} px`;
    return { validations: [validation], line: text };
  }
  if (event?.kind === 'step') {
    const { step, total, seconds } = event.json as { step: number; total?: number; seconds?: number };
    const loss = total === undefined ? '' : `  loss ${total.toFixed(4)}`;
    const left = seconds === undefined ? '' : `  about ${Math.ceil(((maxSteps - step) * seconds) / 60)} min left`;
    return { validations: [], line: `step ${step}/${maxSteps}${loss}${left}` };
  }
  return { validations: [], line: null };
}

function parse(line: string): { kind: string; json: unknown } | null {
  try {
    const event = JSON.parse(line) as { kind?: unknown; json?: unknown };
    if (typeof event.kind !== 'string') return null;
    return { kind: event.kind, json: typeof event.json === 'string' ? JSON.parse(event.json) : event.json };
  } catch {
    return null;
  }
}
