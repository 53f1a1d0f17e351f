import { duration } from './units.js';

export interface ProgressState {
  phase: string;
  done: number;
  total: number;
  message?: string | undefined;
  /** Seconds since the phase began. */
  seconds: number;
}

/** `faces  60/120  50%  12.3/s  eta 4.9s`: rate and end from the mean since the phase began. */
export function formatProgress({ phase, done, total, message, seconds }: ProgressState): string {
  const parts = [phase, total > 0 ? `${done}/${total}` : String(done)];
  if (total > 0) parts.push(`${Math.floor((100 * done) / total)}%`);
  if (done > 0 && seconds > 0) parts.push(`${(done / seconds).toPrecision(3)}/s`);
  if (done > 0 && done < total) parts.push(`eta ${duration(((total - done) * seconds) / done)}`);
  if (message) parts.push(message);
  return parts.join('  ');
}

export interface ProgressView {
  update(state: Omit<ProgressState, 'seconds'>): void;
  /** Ends an unfinished line, so that other text can follow. */
  pause(): void;
}

/** One line that is rewritten on a terminal; elsewhere a line at the start, the end and every `everyMs` of a phase. */
export function createProgressView(stream: NodeJS.WriteStream, lively: boolean, everyMs = 10_000): ProgressView {
  let phase = '';
  let began = 0;
  let shown = 0;
  let open = false;
  const pause = () => {
    if (open) stream.write('\n');
    open = false;
  };
  return {
    pause,
    update(state) {
      const now = Date.now();
      const fresh = state.phase !== phase;
      if (fresh) {
        pause();
        [phase, began] = [state.phase, now];
      }
      const line = formatProgress({ ...state, seconds: (now - began) / 1000 });
      const finished = state.total > 0 && state.done >= state.total;
      if (lively) {
        if (!fresh && !finished && now - shown < 100) return;
        stream.write(`\r\x1b[2K${line}`);
        open = true;
      } else {
        if (!fresh && !finished && now - shown < everyMs) return;
        stream.write(`${line}\n`);
      }
      shown = now;
    },
  };
}
