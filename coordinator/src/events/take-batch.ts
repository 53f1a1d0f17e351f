import { Outgoing } from '@auseq/infra/grpc/outgoing';
import type { ConsumerMessages, JsMsg } from 'nats';

/**
 * The messages of a fetch for a reader of any speed: the client drops what lies untaken when the fetch ends, so they are
 * taken at once and wait here. Throws what the fetch throws.
 */
export async function* takeBatch(batch: ConsumerMessages): AsyncGenerator<JsMsg> {
  const taken = new Outgoing<JsMsg>();
  const taking = (async () => {
    try {
      for await (const message of batch) taken.push(message);
    } finally {
      taken.close();
    }
  })();
  taking.catch(() => {}); // a reader that has left does not hear of it
  try {
    yield* taken;
    await taking;
  } finally {
    batch.stop();
  }
}
