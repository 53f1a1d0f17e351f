import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** True where colour and cursor movement make sense: a terminal, and nobody asked for plain text. */
export function isLively(stream: NodeJS.WriteStream = process.stderr, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return isLively(stream) ? styleText(style, text) : text;
}

const stateStyles: Record<string, Style> = {
  running: 'green',
  completed: 'green',
  idle: 'green',
  failed: 'red',
  dead: 'red',
  lost: 'red',
  stopped: 'yellow',
  backoff: 'yellow',
};

export function paintState(state: string): string {
  return paint(stateStyles[state] ?? 'reset', state);
}
