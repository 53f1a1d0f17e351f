import { type DestinationStream, type Level, type Logger, pino } from 'pino';

export interface LoggerOptions {
  /** Which process speaks: `coordinator`, `agent`, `step`. */
  role: string;
  run?: string;
  worker?: string;
  level?: Level;
  /** Asked at every line: the optimiser step that the process is at. */
  step?: () => number | undefined;
  /** stderr when left out; see `tee` for several. */
  destination?: DestinationStream;
}

/** A logger of NDJSON lines that carry role, run, worker and step. */
export function createLogger({ role, run, worker, level = 'info', step, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { role, run, worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Whatever is logged by mistake, a secret is not.
      redact: { paths: ['password', 'secretKey', '*.password', '*.secretKey'], censor: '(hidden)' },
      mixin: step ? () => stepField(step()) : undefined,
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

function stepField(step: number | undefined): object {
  return step === undefined ? {} : { step };
}

/** One destination that writes every line to several. */
export function tee(...destinations: DestinationStream[]): DestinationStream {
  return {
    write: (line) => {
      for (const destination of destinations) destination.write(line);
    },
  };
}
