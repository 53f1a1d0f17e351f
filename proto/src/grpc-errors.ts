import { Metadata, Status } from 'nice-grpc-common';
import { AuseqError, type ErrorCode, type ExitKind, errorTable, type SerialisedError } from './errors.js';

/** The trailer that carries a coded error beside the plain gRPC status; `-bin` because its text may be any language. */
export const errorTrailer = 'auseq-error-bin';

const statusOf: Partial<Record<ExitKind, Status>> = {
  usage: Status.INVALID_ARGUMENT,
  config: Status.INVALID_ARGUMENT,
  input: Status.INVALID_ARGUMENT,
  notFound: Status.NOT_FOUND,
  unreachable: Status.UNAVAILABLE,
  timeout: Status.DEADLINE_EXCEEDED,
  conflict: Status.FAILED_PRECONDITION,
  runFailed: Status.FAILED_PRECONDITION,
  runStopped: Status.FAILED_PRECONDITION,
  setup: Status.FAILED_PRECONDITION,
};

export function grpcStatusOf(code: ErrorCode): Status {
  return statusOf[errorTable[code]] ?? Status.INTERNAL;
}

/** A coded error as status, details and trailer. Pure. */
export function toGrpc(error: AuseqError): { code: Status; details: string; trailer: Metadata } {
  const json = new TextEncoder().encode(JSON.stringify(error));
  return { code: grpcStatusOf(error.code), details: error.message, trailer: Metadata().set(errorTrailer, json) };
}

/** The coded error that a server sent, or null when the failure came from elsewhere (transport, another server). Pure. */
export function fromGrpc(_code: Status, _details: string, trailer: Metadata | undefined): AuseqError | null {
  const bytes = trailer?.get(errorTrailer);
  if (!(bytes instanceof Uint8Array)) return null;
  try {
    return AuseqError.fromJSON(JSON.parse(new TextDecoder().decode(bytes)) as SerialisedError);
  } catch {
    return null;
  }
}
