import type { SerialisedError } from './errors.js';

/** One line of NDJSON on the stdout of a worker executable that the CLI spawned (`dataset`, `assets`, ...). */
export type WorkerEvent =
  | { event: 'progress'; phase: string; done: number; total: number; message?: string }
  | { event: 'warning'; message: string }
  | { event: 'result'; value: unknown }
  | { event: 'error'; error: SerialisedError };
