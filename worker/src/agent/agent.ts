import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Outgoing } from '@auseq/infra/grpc/outgoing';
import type { createLogger } from '@auseq/infra/logging/logger';
import { AuseqError } from '@auseq/proto/errors';
import {
  type Assignment,
  type Cancel,
  type CoordinatorMessage,
  type WorkerMessage,
  WorkersDefinition,
} from '@auseq/proto/gen/auseq/v1/auseq';
import { protocolVersion } from '@auseq/proto/protocol';
import { createChannel, createClient } from 'nice-grpc';
import type { FromStep } from '../step/step-messages.js';
import { sharedMemoryId } from '../sync/shared-memory.js';
import { StepChild } from './step-child.js';

export interface AgentOptions {
  readonly name: string;
  readonly coordinator: string;
  /** Reaches NATS here, whatever address the coordinator names. */
  readonly natsUrl?: string | undefined;
  /** Reaches the store here, likewise. */
  readonly storeUrl?: string | undefined;
  readonly device: 'cpu' | 'cuda';
  readonly build: string;
  readonly stepExecutable: string;
  readonly logger: ReturnType<typeof createLogger>;
}

const firstBackoffMs = 100;
const longestBackoffMs = 1_000;
/** A drain that takes longer than this is cut off: the newest checkpoint stands. */
const drainWithinMs = 110_000;
/** Without a coordinator's word in this time a worker that leaves has all store a checkpoint. */
const answerWithinMs = 2_000;

/** One worker: attached to the coordinator by one long stream, with at most one step process at a time. */
export class Agent {
  private child: StepChild | null = null;
  private next: Assignment | null = null;
  private addresses: { natsUrl: string; storeUrl: string } | null = null;
  private outgoing: Outgoing<WorkerMessage> | null = null;
  private draining = false;
  /** The coordinator has said how the step process ends. */
  private told = false;
  private readonly end = new AbortController();

  constructor(private readonly options: AgentOptions) {}

  /** Attaches again and again until `stop`. Throws AU_PROTOCOL_VERSION where the coordinator speaks another protocol. */
  async run(): Promise<void> {
    let backoffMs = firstBackoffMs;
    while (!this.end.signal.aborted) {
      const attachedAt = performance.now();
      try {
        await this.attach();
      } catch (error) {
        if (error instanceof AuseqError) throw error;
        if (!this.end.signal.aborted) this.options.logger.warn({ why: String(error) }, 'no stream to the coordinator');
      }
      backoffMs =
        performance.now() - attachedAt > longestBackoffMs ? firstBackoffMs : Math.min(longestBackoffMs, backoffMs * 2);
      await pause(backoffMs, undefined, { signal: this.end.signal }).catch(() => {});
    }
  }

  /** Drains a step process that is stepping, then ends; `force` ends at once. */
  async stop(force: boolean): Promise<void> {
    const deadline = performance.now() + drainWithinMs;
    if (force || this.child?.report.state !== 'stepping') this.child?.leave();
    else {
      this.draining = true;
      this.send({ $case: 'draining', draining: {} });
      // The coordinator says whether the others go on without this worker, or all store a checkpoint first.
      const { child } = this;
      setTimeout(() => !this.told && child.drain(), answerWithinMs).unref();
    }
    while (this.child && performance.now() < deadline) await pause(20);
    this.child?.kill();
    this.outgoing?.close();
    this.end.abort();
  }

  private async attach(): Promise<void> {
    const channel = createChannel(this.options.coordinator, undefined, {
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5_000,
      'grpc.keepalive_permit_without_calls': 1,
    });
    const outgoing = new Outgoing<WorkerMessage>();
    this.outgoing = outgoing;
    const { name: worker, device, build } = this.options;
    this.send({
      $case: 'hello',
      hello: { worker, protocolVersion, device, host: hostname(), pid: process.pid, build, memory: sharedMemoryId() },
    });
    if (this.child) this.sendReport(this.child.assignment, this.child.report);
    else this.sendIdle();
    try {
      const stream = createClient(WorkersDefinition, channel).attach(outgoing, { signal: this.end.signal });
      for await (const message of stream) this.onMessage(message);
    } finally {
      outgoing.close();
      channel.close();
    }
  }

  private onMessage({ message }: CoordinatorMessage): void {
    switch (message?.$case) {
      case 'welcome':
        if (message.welcome.protocolVersion !== protocolVersion) throw otherProtocol(message.welcome.protocolVersion);
        this.addresses = {
          natsUrl: this.options.natsUrl ?? message.welcome.natsUrl,
          storeUrl: this.options.storeUrl ?? message.welcome.storeUrl,
        };
        this.options.logger.info({ coordinator: this.options.coordinator }, 'attached');
        return;
      case 'assignment':
        this.take(message.assignment);
        return;
      case 'cancel':
        this.cancel(message.cancel);
        return;
      case 'proved':
        if (this.child?.assignment.run === message.proved.run) this.child.proved();
        return;
    }
  }

  private take(assignment: Assignment): void {
    const { run, generation } = assignment;
    if (this.child && this.child.assignment.run === run && this.child.assignment.generation === generation) return;
    this.next = assignment;
    if (this.child) this.child.leave();
    else this.startNext();
  }

  private startNext(): void {
    const assignment = this.next;
    this.next = null;
    if (!assignment || !this.addresses || this.draining || this.end.signal.aborted) {
      this.sendIdle();
      return;
    }
    const { stepExecutable: executable, name: worker, device, logger } = this.options;
    const { run, generation, rank } = assignment;
    const child = new StepChild(assignment, {
      ...{ executable, worker, device, ...this.addresses },
      onReport: (report) => this.sendReport(assignment, report),
      onEnd: () => {
        logger.info({ run, generation, state: child.report.state }, 'step process ended');
        this.child = null;
        this.startNext();
      },
    });
    this.child = child;
    this.told = false;
    logger.info({ run, generation, rank, stepPid: child.pid }, 'step process started');
  }

  private cancel({ run, generation, checkpoint, reason }: Cancel): void {
    const child = this.child;
    if (this.next?.run === run && this.next.generation <= generation) this.next = null;
    if (!child || child.assignment.run !== run || child.assignment.generation > generation) return;
    this.options.logger.info({ run, generation, reason, checkpoint }, 'cancelled');
    this.told = true;
    if (checkpoint) child.drain();
    else child.leave();
  }

  private sendReport({ run, generation }: Assignment, { state, step, error, stateDigest = '', proof }: FromStep): void {
    const errorJson = error ? JSON.stringify(error) : '';
    const report = { run, generation, state, step, errorJson, stateDigest, proof: { ...proof } };
    this.send({ $case: 'report', report });
  }

  private sendIdle(): void {
    const state = this.draining ? 'draining' : 'idle';
    const none = { run: '', generation: 0, step: 0, errorJson: '', stateDigest: '', proof: {} };
    this.send({ $case: 'report', report: { ...none, state } });
  }

  private send(message: WorkerMessage['message']): void {
    this.outgoing?.push({ message });
  }
}

function otherProtocol(theirs: string): AuseqError {
  return new AuseqError('AU_PROTOCOL_VERSION', {
    what: 'this worker and the coordinator cannot work together',
    why: `the coordinator speaks protocol ${theirs}, this worker ${protocolVersion}`,
    try: 'run the same release on every machine',
  });
}
