import { Outgoing } from '@auseq/infra/grpc/outgoing';
import {
  type Assignment,
  type Cancel,
  type CoordinatorMessage,
  type Proved,
  type WorkerMessage,
  WorkersDefinition,
} from '@auseq/proto/gen/auseq/v1/auseq';
import type { Proof } from '@auseq/proto/proof';
import { protocolVersion } from '@auseq/proto/protocol';
import { createChannel, createClient } from 'nice-grpc';

/** A worker agent without a step process: it says what a test lets it say and keeps what it was told. */
export class FakeWorker {
  readonly assignments: Assignment[] = [];
  readonly cancels: Cancel[] = [];
  readonly proved: Proved[] = [];
  /** The protocol that the coordinator said it speaks. */
  welcome = '';
  /** Settles with the stream, with the error it ended by. */
  readonly ended: Promise<unknown>;
  private readonly outgoing = new Outgoing<WorkerMessage>();
  private readonly end = new AbortController();

  constructor(
    readonly name: string,
    address: string,
    { version = protocolVersion, idle = true } = {},
  ) {
    const channel = createChannel(address);
    this.send({
      $case: 'hello',
      hello: { worker: name, protocolVersion: version, device: 'cpu', host: 'here', pid: 1, build: 'test', memory: '' },
    });
    if (idle) this.report('', 0, 'idle');
    const stream = createClient(WorkersDefinition, channel).attach(this.outgoing, { signal: this.end.signal });
    this.ended = this.listen(stream).finally(() => channel.close());
  }

  report(
    run: string,
    generation: number,
    state: string,
    more: { step?: number; stateDigest?: string; errorJson?: string; proof?: Proof } = {},
  ): void {
    const fields = { step: 0, errorJson: '', stateDigest: '', ...more, proof: { ...more.proof } };
    this.send({ $case: 'report', report: { run, generation, state, ...fields } });
  }

  /** Says that it is about to leave in good order. */
  drain(): void {
    this.send({ $case: 'draining', draining: {} });
  }

  /** Closes the stream, as the death of an agent does. */
  leave(): Promise<unknown> {
    this.end.abort();
    return this.ended;
  }

  private send(message: WorkerMessage['message']): void {
    this.outgoing.push({ message });
  }

  private async listen(stream: AsyncIterable<CoordinatorMessage>): Promise<unknown> {
    try {
      for await (const { message } of stream) {
        if (message?.$case === 'welcome') this.welcome = message.welcome.protocolVersion;
        if (message?.$case === 'assignment') this.assignments.push(message.assignment);
        if (message?.$case === 'cancel') this.cancels.push(message.cancel);
        if (message?.$case === 'proved') this.proved.push(message.proved);
      }
      return null;
    } catch (error) {
      return error;
    } finally {
      this.outgoing.close();
    }
  }
}
