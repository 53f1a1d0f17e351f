import { AuseqError } from '@auseq/proto/errors';
import { toGrpc } from '@auseq/proto/grpc-errors';
import { type CallContext, ServerError, type ServerMiddlewareCall } from 'nice-grpc';

/** Every failure of a call leaves as a gRPC status with the coded error in its trailer. */
export async function* codedErrors<Request, Response>(
  call: ServerMiddlewareCall<Request, Response>,
  context: CallContext,
) {
  try {
    return yield* call.next(call.request, context);
  } catch (thrown) {
    if (thrown instanceof ServerError || context.signal.aborted) throw thrown;
    const { code, details, trailer } = toGrpc(AuseqError.from(thrown));
    for (const [key, values] of trailer) context.trailer.set(key, values as Uint8Array[]);
    throw new ServerError(code, details);
  }
}
