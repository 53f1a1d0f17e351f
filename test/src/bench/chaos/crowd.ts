import { Outgoing } from '@auseq/infra/grpc/outgoing';
import type { connectNats } from '@auseq/infra/nats/connect-nats';
import { type WorkerMessage, WorkersDefinition } from '@auseq/proto/gen/auseq/v1/auseq';
import { heartbeatEveryMs } from '@auseq/proto/heartbeat-rules';
import { protocolVersion } from '@auseq/proto/protocol';
import type { GenerationRecord } from '@auseq/proto/run-records';
import { generationSubjects, membershipSubject } from '@auseq/proto/subjects';
import { createChannel, createClient } from 'nice-grpc';

export interface CrowdMember {
  readonly name: string;
  /** By the end of its stream, or by silence on an open one. */
  die(how: 'stream' | 'silence'): void;
}

export interface Crowd {
  readonly members: readonly CrowdMember[];
  /** Who was removed, and when that was told (`performance.now()`). */
  readonly seen: ReadonlyMap<string, number>;
  end(): void;
}

interface CrowdOptions {
  readonly run: string;
  /** Of the coordinator. */
  readonly address: string;
  readonly workers: number;
  readonly connection: Awaited<ReturnType<typeof connectNats>>;
}

/** Workers that attach over a gRPC connection each, send heartbeats over NATS, and compute nothing. */
export function joinCrowd({ run, address, workers, connection }: CrowdOptions): Crowd {
  let generation = 0;
  let members: readonly string[] = [];
  const seen = new Map<string, number>();
  const quiet = new Set<string>();
  const subscription = connection.subscribe(membershipSubject(run), {
    callback: (_, message) => {
      const record = message.json<GenerationRecord>();
      if (record.generation <= generation) return;
      for (const name of members)
        if (!record.members.includes(name) && !seen.has(name)) seen.set(name, performance.now());
      generation = record.generation;
      members = record.members;
    },
  });

  const attach = (name: string): CrowdMember & { leave(): void } => {
    const outgoing = new Outgoing<WorkerMessage>();
    const end = new AbortController();
    const say = (message: WorkerMessage['message']) => outgoing.push({ message });
    const hello = { worker: name, protocolVersion, device: 'cpu', host: 'here', pid: 1, build: 'crowd', memory: '' };
    say({ $case: 'hello', hello });
    const report = (state: string, to = '', of = 0) => {
      const none = { step: 1, errorJson: '', stateDigest: '', proof: {} };
      say({ $case: 'report', report: { run: to, generation: of, state, ...none } });
    };
    report('idle');
    const channel = createChannel(address, undefined, { 'grpc.use_local_subchannel_pool': 1 });
    const listen = async () => {
      for await (const { message } of createClient(WorkersDefinition, channel).attach(outgoing, {
        signal: end.signal,
      })) {
        if (message?.$case !== 'assignment' || message.assignment.joins) continue;
        const { assignment } = message;
        if (generation === 0) {
          generation = assignment.generation;
          members = assignment.members;
        }
        report('stepping', assignment.run, assignment.generation);
      }
    };
    listen()
      .catch(() => {})
      .finally(() => {
        outgoing.close();
        channel.close();
      });
    return {
      name,
      die(how) {
        quiet.add(name);
        if (how === 'stream') end.abort();
      },
      leave: () => end.abort(),
    };
  };

  const crowd = Array.from({ length: workers }, (_, index) => attach(`worker-${index}`));
  let counter = 0;
  const beating = setInterval(() => {
    counter++;
    for (const [rank, name] of members.entries()) {
      if (quiet.has(name)) continue;
      const heartbeat = { worker: name, phase: 'supervise', counter, step: 1 };
      connection.publish(generationSubjects(run, generation).heartbeat(rank), JSON.stringify(heartbeat));
    }
  }, heartbeatEveryMs);
  return {
    members: crowd,
    seen,
    end() {
      clearInterval(beating);
      subscription.unsubscribe();
      for (const member of crowd) member.leave();
    },
  };
}
