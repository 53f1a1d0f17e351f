import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice, GenerationRecord } from '@auseq/proto/run-records';
import { clusterSubjects, parseGenerationSubject } from '@auseq/proto/subjects';
import { JSONCodec, type NatsConnection } from 'nats';
import type { Conductor } from './conductor.js';
import type { Lease } from './lease.js';
import type { RunBook } from './runs/run-book.js';

const codec = JSONCodec<unknown>();
const tickMs = 100;
/** A tick that comes later than this shows that this process itself stood still: then nobody else is blamed. */
const lateMs = 400;
const storeStepsMs = 5_000;

/** Listens to heartbeats, commits and checkpoints of all runs, and looks regularly who is silent and what can start. */
export function startWatching(
  connection: NatsConnection,
  { conductor, book, lease }: { conductor: Conductor; book: RunBook; lease: Pick<Lease, 'isHeld'> },
  onFailure: (error: unknown) => void,
): { close(): void } {
  const inTurn = (work: () => Promise<void>) => void conductor.inTurn(work).catch(onFailure);
  const hear = (subject: string, handle: (subject: string, value: unknown) => void) =>
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (!error) handle(message.subject, codec.decode(message.data));
      },
    });
  hear(clusterSubjects.heartbeats, (subject, value) => {
    const from = parseGenerationSubject(subject);
    if (from) conductor.onHeartbeat(from.run, from.generation, value as Heartbeat);
  });
  hear(clusterSubjects.commits, (subject, value) => {
    const from = parseGenerationSubject(subject);
    if (from) conductor.onCommit(from.run, from.generation, value as CommitNotice);
  });
  hear(clusterSubjects.memberships, (_, value) => inTurn(() => conductor.onMembership(value as GenerationRecord)));
  hear(clusterSubjects.checkpoints, (subject, value) => {
    const { key, sha256 } = value as { key: string; sha256: string };
    inTurn(() => conductor.onCheckpoint(subject.split('.')[1]!, key, sha256));
  });

  let connected = true;
  let lastTick = performance.now();
  let busy = false;
  const tick = setInterval(() => {
    const now = performance.now();
    // Without a lease nothing is decided; what is asked of it, compare-and-swap refuses where another leads.
    if (!lease.isHeld()) return conductor.excuseAll();
    if (!connected || now - lastTick > lateMs) conductor.excuseAll();
    lastTick = now;
    if (busy) return;
    busy = true;
    const work = async () => {
      await conductor.checkLives();
      await conductor.place();
    };
    inTurn(() =>
      work().finally(() => {
        busy = false;
      }),
    );
  }, tickMs);
  const steps = setInterval(() => inTurn(() => book.storeSteps()), storeStepsMs);
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') connected = false;
      if (type === 'reconnect') connected = true;
    }
  })();
  return {
    close() {
      clearInterval(tick);
      clearInterval(steps);
    },
  };
}
