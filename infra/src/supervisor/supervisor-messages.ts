import type { SerialisedError } from '@auseq/proto/errors';
import type { ClusterRecord } from './cluster-file.js';

/** What a supervisor tells the process that started it, until it is ready. */
export type SupervisorMessage =
  | { event: 'progress'; message: string }
  | { event: 'ready'; record: ClusterRecord }
  | { event: 'error'; error: SerialisedError };
