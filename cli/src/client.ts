import { AuseqError } from '@auseq/proto/errors';
import {
  type ClusterClient,
  ClusterDefinition,
  type ResultsClient,
  ResultsDefinition,
  type RunsClient,
  RunsDefinition,
} from '@auseq/proto/gen/auseq/v1/auseq';
import { fromGrpc } from '@auseq/proto/grpc-errors';
import { ClientError, type ClientMiddleware, createChannel, createClientFactory, Metadata, Status } from 'nice-grpc';
import { retryMiddleware } from 'nice-grpc-client-middleware-retry';

export interface CoordinatorClient {
  readonly address: string;
  readonly runs: RunsClient;
  readonly results: ResultsClient;
  readonly cluster: ClusterClient;
  close(): void;
}

/** How often a connection that is silent is tried, and how long an answer may take. */
export interface Keepalive {
  readonly everyMs: number;
  readonly timeoutMs: number;
}

/** Long enough for a coordinator that reads the state of its runs after a restart, short enough to be no hang. */
const unaryDeadlineMs = 15_000;
/**
 * A killed coordinator is back within a second or two: questions (calls that the .proto calls free of side effects) are
 * asked again for about three seconds, orders never.
 */
const everyCall = {
  '*': { retryBaseDelayMs: 250, retryMaxAttempts: 4, retryableStatuses: [Status.UNAVAILABLE] },
};
const largestMessageBytes = 16 * 1024 * 1024;

/** Opens a client; nothing is sent before the first call. Its calls throw coded errors only. */
export async function connectCoordinator(
  address: string,
  keepalive: Keepalive = { everyMs: 20_000, timeoutMs: 5_000 },
): Promise<CoordinatorClient> {
  const channel = createChannel(address, undefined, {
    'grpc.max_receive_message_length': largestMessageBytes,
    'grpc.keepalive_time_ms': keepalive.everyMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
    // A restarted coordinator is found again within a second, not after grpc's default of up to two minutes.
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 1_000,
  });
  const factory = createClientFactory().use(retryMiddleware).use(coded(address));
  return {
    address,
    runs: factory.create(RunsDefinition, channel, everyCall),
    results: factory.create(ResultsDefinition, channel, everyCall),
    cluster: factory.create(ClusterDefinition, channel, everyCall),
    close: () => channel.close(),
  };
}

/** Gives every unary call a deadline and turns what goes wrong into the coded error that the coordinator meant. */
function coded(address: string): ClientMiddleware {
  return async function* (call, options) {
    const deadline = call.responseStream ? null : AbortSignal.timeout(unaryDeadlineMs);
    const signals = [options.signal, deadline].filter((signal) => signal != null);
    let trailer = new Metadata();
    try {
      return yield* call.next(call.request, {
        ...options,
        signal: AbortSignal.any(signals),
        onTrailer: (received) => {
          trailer = received;
          options.onTrailer?.(received);
        },
      });
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (deadline?.aborted) throw noAnswer(address, call.method.path);
      throw toCoded(error, address, trailer);
    }
  };
}

function toCoded(error: unknown, address: string, trailer: Metadata): unknown {
  if (!(error instanceof ClientError)) return error;
  const sent = fromGrpc(error.code, error.details, trailer);
  if (sent) return sent;
  if (error.code !== Status.UNAVAILABLE) return AuseqError.from(error);
  return new AuseqError('AU_COORDINATOR_UNREACHABLE', {
    what: `the coordinator at ${address} cannot be reached`,
    why: error.details,
    try: 'auseq status, or auseq up to start a cluster on this machine',
    cause: error,
  });
}

function noAnswer(address: string, method: string): AuseqError {
  return new AuseqError('AU_DEADLINE', {
    what: `the coordinator at ${address} did not answer ${method}`,
    why: `nothing came within ${unaryDeadlineMs / 1000} s; it may be waiting for NATS`,
    try: 'auseq status',
  });
}
