import { type AuseqError, formatError } from '@auseq/proto/errors';
import { Command, Flags } from '@oclif/core';
import type { CoordinatorClient } from './client.js';
import { coordinatorAddress, type TargetFlags } from './coordinator-address.js';

/** `--cluster NAME`; `up` and `down` also take it as `--name`. */
export const clusterFlag = (aliases: string[] = []) =>
  Flags.string({
    description: 'name of a cluster on this machine',
    env: 'AUSEQ_CLUSTER',
    default: 'local',
    aliases,
    helpGroup: 'GLOBAL',
  });

/** For commands that talk to a coordinator. */
export const targetFlags = {
  cluster: clusterFlag(),
  coordinator: Flags.string({
    description: 'address of a coordinator (host:port), instead of --cluster',
    env: 'AUSEQ_COORDINATOR',
    helpGroup: 'GLOBAL',
  }),
};

/** What all commands share: `--output`, results on stdout, talk on stderr, one client that is always closed. */
export abstract class AuseqCommand extends Command {
  static override baseFlags = {
    output: Flags.option({ options: ['text', 'json'] as const, default: 'text' as const })({
      description: 'form of the result on stdout',
      helpGroup: 'GLOBAL',
    }),
  };

  /** Prints the result: the value as one JSON line, or the text made from it. */
  protected emit<T>(output: string, value: T, text: (value: T) => string): void {
    const printed = output === 'json' ? JSON.stringify(value) : text(value);
    if (printed !== '') process.stdout.write(`${printed}\n`);
  }

  /** Says something to the person. */
  protected say(message: string): void {
    process.stderr.write(`${message}\n`);
  }

  /** Reports a failure after the result was printed: stdout stays the result. */
  protected failAfterResult(error: AuseqError): void {
    this.say(formatError(error));
    process.exitCode = error.exitCode;
  }

  protected async withCoordinator<T>(target: TargetFlags, use: (client: CoordinatorClient) => Promise<T>): Promise<T> {
    const address = coordinatorAddress(target);
    // Loaded late: gRPC is half of what `auseq --help` would otherwise wait for.
    const { connectCoordinator } = await import('./client.js');
    const client = await connectCoordinator(address);
    try {
      return await use(client);
    } finally {
      client.close();
    }
  }

  /** oclif would print here; every failure goes through `reportError` instead. */
  protected override async catch(error: Error): Promise<never> {
    throw error;
  }
}
