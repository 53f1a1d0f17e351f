import { Args } from '@oclif/core';
import { table } from '../../render/table.js';
import { WorkerCommand } from '../../worker-command.js';

export default class CheckpointsPush extends WorkerCommand {
  static override summary = 'send checkpoints that wait on this machine to the store, when it is back';
  static override description =
    'A run whose store was away at its end leaves them in AUSEQ_HOME/spool. What the store holds already is never overwritten.';
  static override examples = ['<%= config.bin %> <%= command.id %> brisk-otter-7f3a'];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(CheckpointsPush);
    await this.runProgram('checkpoints', ['push'], { run: args.run }, flags.output, (value) =>
      table(
        ['STEP', 'OUTCOME'],
        (value as { step: number; outcome: string }[]).map(({ step, outcome }) => [step, outcome]),
      ),
    );
  }
}
