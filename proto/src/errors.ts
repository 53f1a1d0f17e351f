/** Every coded failure a person can meet: one table, so that docs, exit codes and gRPC statuses cannot drift apart. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  config: 3,
  notFound: 4,
  unreachable: 5,
  runFailed: 6,
  runStopped: 7,
  timeout: 8,
  conflict: 9,
  input: 10,
  setup: 11,
  interrupted: 130,
} as const;

export type ExitKind = keyof typeof exitCodes;

/** Error code -> the exit kind a command ends with. Codes are never reused for another meaning. */
export const errorTable = {
  AU_UNEXPECTED: 'unexpected',
  AU_INTERRUPTED: 'interrupted',
  AU_USAGE: 'usage',
  AU_CONFIG_NOT_FOUND: 'config',
  AU_CONFIG_SYNTAX: 'config',
  AU_CONFIG_UNKNOWN_KEY: 'config',
  AU_CONFIG_TYPE: 'config',
  AU_CONFIG_CONFLICT: 'config',
  AU_RUN_NOT_FOUND: 'notFound',
  AU_RUN_STATE: 'conflict',
  AU_RUN_FAILED: 'runFailed',
  AU_RUN_STOPPED: 'runStopped',
  AU_CHECKPOINT_NOT_FOUND: 'notFound',
  AU_CHECKPOINT_CORRUPT: 'input',
  AU_CHECKPOINT_PROVENANCE: 'conflict',
  AU_LEDGER_BROKEN: 'input',
  AU_COORDINATOR_UNREACHABLE: 'unreachable',
  AU_NATS_UNREACHABLE: 'unreachable',
  AU_STORE_UNREACHABLE: 'unreachable',
  AU_STORE_FULL: 'unreachable',
  AU_STORE_REFUSED: 'unreachable',
  AU_STORE_KEY: 'input',
  AU_DISK_FULL: 'unreachable',
  AU_CHECKPOINT_SPOOLED: 'unreachable',
  AU_OBJECT_NOT_FOUND: 'notFound',
  AU_RUN_RECORD: 'input',
  AU_PROTOCOL_VERSION: 'conflict',
  AU_DEADLINE: 'timeout',
  AU_CLUSTER_EXISTS: 'conflict',
  AU_CLUSTER_NOT_FOUND: 'notFound',
  AU_CLUSTER_START: 'unreachable',
  AU_CHAOS_FAILED: 'runFailed',
  AU_SETUP: 'setup',
  AU_RUNTIME_MISSING: 'setup',
  AU_RECORDING_READ: 'unexpected',
  AU_PROGRAM_INPUT: 'unexpected',
  AU_PROGRAM_DISPOSED: 'unexpected',
  AU_RECORDING_OP: 'unexpected',
  AU_PROGRAM_SIZE: 'unexpected',
  AU_PROGRAM_FAILED: 'unexpected',
  AU_ASSETS_NOT_FOUND: 'notFound',
  AU_ASSETS_INVALID: 'input',
  AU_FILE_FORMAT: 'input',
  AU_DATA_EMPTY: 'input',
  AU_DATA_VIDEO: 'input',
  AU_DATA_SAMPLE: 'input',
  AU_DATA_MANIFEST: 'input',
  AU_NUMERIC: 'runFailed',
  AU_VOTE_MISMATCH: 'runFailed',
  AU_WORKER_LOST: 'runFailed',
  AU_WORKER_BITS: 'runFailed',
} as const satisfies Record<string, ExitKind>;

export type ErrorCode = keyof typeof errorTable;

export interface ErrorParts {
  /** What failed, with the value. */
  what: string;
  /** Why, as known. */
  why: string;
  /** What to do about it: an exact command where there is one. */
  try: string;
  /** Where: file:line:column, run, or step. */
  where?: string;
  cause?: unknown;
}

/** A failure with a code: says what, why and what to try, and carries the exit code a command ends with. */
export class AuseqError extends Error {
  override readonly name = 'AuseqError';
  readonly what: string;
  readonly why: string;
  readonly hint: string;
  readonly where: string | undefined;

  constructor(
    readonly code: ErrorCode,
    parts: ErrorParts,
  ) {
    super(`${parts.what}: ${parts.why} [${code}]`, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.what = parts.what;
    this.why = parts.why;
    this.hint = parts.try;
    this.where = parts.where;
  }

  get exitCode(): number {
    return exitCodes[errorTable[this.code]];
  }

  /** The only conversion from an unknown throw; keeps the original as cause. */
  static from(error: unknown): AuseqError {
    if (error instanceof AuseqError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new AuseqError('AU_UNEXPECTED', {
      what: 'something failed that should not',
      why: message,
      try: 'run again with DEBUG=* and report the trace',
      cause: error,
    });
  }

  /** The plain form that crosses process borders. */
  toJSON(): SerialisedError {
    return { code: this.code, what: this.what, why: this.why, try: this.hint, where: this.where };
  }

  static fromJSON(value: SerialisedError): AuseqError {
    const code = value.code in errorTable ? (value.code as ErrorCode) : 'AU_UNEXPECTED';
    return new AuseqError(code, { what: value.what, why: value.why, try: value.try, where: value.where });
  }
}

export interface SerialisedError {
  code: string;
  what: string;
  why: string;
  try: string;
  where?: string | undefined;
}

/** The four lines a person reads; the code comes last so that it can be searched for. */
export function formatError(error: AuseqError): string {
  const where = error.where ? ` - ${error.where}` : '';
  return [error.what, error.why, `try: ${error.hint}`, `${error.code}${where}`].join('\n');
}
