import type { RunEvent } from '@auseq/proto/gen/auseq/v1/auseq';

type Fields = Record<string, unknown>;

export interface EventView {
  sequence: number;
  time: string;
  kind: string;
  /** The event's own fields. */
  json: Fields;
}

/** An event as one JSON object, its own fields under `json`. */
export function eventView({ sequence, time, kind, json }: RunEvent): EventView {
  return { sequence, time, kind, json: json ? (JSON.parse(json) as Fields) : {} };
}

/** `12:30:05  step 20  loss 1.234  3.1 seq/s`: one line for a person. */
export function formatEvent(event: RunEvent): string {
  const { time, kind, json } = eventView(event);
  return [time.slice(11, 19), ...describe(kind, json)].filter((part) => part !== '').join('  ');
}

function describe(kind: string, fields: Fields): string[] {
  const {
    step,
    state,
    reason,
    message,
    sequences_per_second: rate,
    losses,
    loss,
    total,
    seconds,
    sequences,
    ...others
  } = fields;
  const parts = [kind === 'step' || step === undefined ? kind : `${kind} at step ${step}`];
  if (kind === 'step') parts[0] = `step ${step}`;
  if (kind === 'state') parts[0] = `${state}`;
  else if (state !== undefined) parts.push(String(state));
  const value = loss ?? total;
  if (typeof value === 'number') parts.push(`loss ${number(value)}`);
  if (isFields(losses)) parts.push(...Object.entries(losses).map(([name, value]) => `${name} ${number(value)}`));
  const speed =
    rate ?? (typeof sequences === 'number' && typeof seconds === 'number' ? sequences / seconds : undefined);
  if (typeof speed === 'number') parts.push(`${number(speed)} seq/s`);
  for (const [name, value] of Object.entries(others)) {
    if (typeof value === 'number') parts.push(`${name} ${number(value)}`);
    else if (typeof value === 'string' && value !== '')
      parts.push(`${name} ${value.length > 40 ? `${value.slice(0, 12)}...` : value}`);
  }
  if (reason) parts.push(String(reason));
  if (message) parts.push(String(message));
  return parts;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function number(value: unknown): string {
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
