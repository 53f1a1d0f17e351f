import { setTimeout as pause } from 'node:timers/promises';
import { coordinatorLease } from '@auseq/proto/subjects';
import { StringCodec } from 'nats';
import { connectNats } from '../nats/connect-nats.js';
import { coordinatorName } from '../supervisor/plan-cluster.js';

export interface LeaderWatch {
  /** The process of the coordinator that holds the lease, as last read; null while none does. */
  leader(): string | null;
  close(): Promise<void>;
}

const everyMs = 100;
const text = StringCodec();

/** Reads again and again who holds the lease, over a connection that no fault hits. `ports` are the coordinators', by index. */
export async function watchLeader(natsUrl: string, ports: readonly number[]): Promise<LeaderWatch> {
  if (ports.length === 1) return { leader: () => coordinatorName(0), close: async () => {} };
  const connection = await connectNats(natsUrl, { name: 'leader watch' });
  const end = new AbortController();
  let leader: string | null = null;
  const watch = async () => {
    const bucket = await connection.jetstream().views.kv(coordinatorLease.bucket, { bindOnly: true });
    while (!end.signal.aborted) {
      // Where NATS is away, what was read last holds: nobody can take the lease.
      const entry = await bucket.get(coordinatorLease.key).catch(() => undefined);
      if (entry !== undefined) leader = entry?.operation === 'PUT' ? leaderOf(text.decode(entry.value), ports) : null;
      await pause(everyMs, undefined, { signal: end.signal }).catch(() => {});
    }
  };
  const watching = watch().catch(() => {
    leader = null;
  });
  return {
    leader: () => leader,
    async close() {
      end.abort();
      await connection.close();
      await watching;
    },
  };
}

/** `127.0.0.1:7443#91` is whoever of the coordinators serves there; null for any other: pure. */
export function leaderOf(lease: string, ports: readonly number[]): string | null {
  const port = Number(/:(\d+)#/.exec(lease)?.[1]);
  const index = ports.indexOf(port);
  return index < 0 ? null : coordinatorName(index);
}
