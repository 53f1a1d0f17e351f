import { createServer } from 'node:net';
import type { createLogger } from '@auseq/infra/logging/logger';
import { AuseqError } from '@auseq/proto/errors';
import { coordinatorLease } from '@auseq/proto/subjects';
import { type KV, type NatsConnection, NatsError, StringCodec } from 'nats';

export interface LeaseOptions {
  /** Where this coordinator will serve; port 0: any. */
  readonly host: string;
  readonly port: number;
  readonly ttlMs?: number;
  readonly logger: ReturnType<typeof createLogger>;
  /** Another coordinator leads, or JetStream has lost its data: this process must end. */
  readonly onLost: (error: AuseqError) => void;
}

export interface Lease {
  /** False from shortly before it may have ended, by this process's own monotonic clock. */
  isHeld(): boolean;
  /** Gives it back, so that another coordinator need not wait for its end. */
  close(): Promise<void>;
}

const { bucket: bucketName, key } = coordinatorLease;
const defaultTtlMs = 3_000;
const wrongLastSequence = 10071;
const noSuchStream = 10059;
const text = StringCodec();

/**
 * Waits until this coordinator leads (PROTOCOL 15): the lease is a key that JetStream removes where nobody renews it. One that
 * was killed and started again at the same address need not wait: nobody can serve there but itself.
 */
export async function takeLease(connection: NatsConnection, options: LeaseOptions): Promise<Lease> {
  const { host, port, ttlMs = defaultTtlMs, logger, onLost } = options;
  const owner = `${host}:${port}#${process.pid}`;
  const bucket = await connection.jetstream().views.kv(bucketName, { history: 1, ttl: ttlMs });
  let held: { revision: number; until: number } | null = null;
  let waits = false;
  for (;;) {
    const askedAt = performance.now();
    const revision = await claim(bucket, owner, `${host}:${port}`, port).catch(() => null); // NATS away: asked again
    if (revision !== null) {
      held = { revision, until: askedAt + ttlMs };
      break;
    }
    if (!waits) logger.info({ owner }, 'another coordinator leads; this one stands by');
    waits = true;
    await pause(ttlMs / 10);
  }
  logger.info({ owner }, 'this coordinator leads');

  let closed = false;
  const renew = async () => {
    let goneSince: number | null = null;
    while (!closed) {
      await unheldPause(ttlMs / 6);
      if (closed) return;
      const askedAt = performance.now();
      try {
        const revision = await bucket.update(key, text.encode(owner), held!.revision);
        held = { revision, until: askedAt + ttlMs };
      } catch (error) {
        if (!isOvertaken(error)) {
          // NATS is away: nobody else can take it either. But what is in memory here is worth nothing once the records are gone.
          goneSince = (await isGone(bucket)) ? (goneSince ?? askedAt) : null;
          if (goneSince !== null && performance.now() - goneSince > ttlMs) return onLost(recordsLost());
          continue;
        }
        const revision = await claim(bucket, owner, '', 0).catch(() => null); // it ended while NATS was away
        if (revision === null && (await ownerOf(bucket)) !== owner) return onLost(overtaken(owner));
        if (revision !== null) held = { revision, until: askedAt + ttlMs };
      }
    }
  };
  void renew();
  return {
    isHeld: () => performance.now() < held!.until - ttlMs / 6,
    async close() {
      closed = true;
      if (held) await bucket.delete(key, { previousSeq: held.revision }).catch(() => {});
    },
  };
}

/** The lease's revision, or null where another one holds it. */
async function claim(bucket: KV, owner: string, address: string, port: number): Promise<number | null> {
  try {
    return await bucket.create(key, text.encode(owner));
  } catch (error) {
    if (!isOvertaken(error)) throw error;
  }
  const entry = await bucket.get(key);
  if (!entry || !text.decode(entry.value).startsWith(`${address}#`) || port === 0) return null;
  if (!(await isFree(address.slice(0, address.lastIndexOf(':')), port))) return null;
  return bucket.update(key, text.encode(owner), entry.revision);
}

async function ownerOf(bucket: KV): Promise<string | null> {
  const entry = await bucket.get(key).catch(() => null);
  return entry ? text.decode(entry.value) : null;
}

/** True where JetStream answers and knows nothing of the bucket. */
async function isGone(bucket: KV): Promise<boolean> {
  try {
    await bucket.status();
    return false;
  } catch (error) {
    return error instanceof NatsError && error.api_error?.err_code === noSuchStream;
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

function isOvertaken(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.err_code === wrongLastSequence;
}

function recordsLost(): AuseqError {
  return new AuseqError('AU_NATS_UNREACHABLE', {
    what: 'JetStream has lost the records of this cluster',
    why: 'it answers, but the buckets that this coordinator made are gone',
    try: 'start it again: auseq runs list then shows what the store knows of the runs, auseq runs resume goes on with one',
  });
}

function overtaken(owner: string): AuseqError {
  return new AuseqError('AU_COORDINATOR_UNREACHABLE', {
    what: `the coordinator ${owner} leads no more`,
    why: 'it did not renew its lease in time, and another one has taken it',
    try: 'auseq status shows who leads',
  });
}

/** Keeps no process alive. */
const unheldPause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
