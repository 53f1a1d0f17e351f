import { Args, Flags } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { requireFreshFolder } from '../../fresh-folder.js';
import { catchInterrupt } from '../../interrupt.js';
import { chooseCheckpoint, pullCheckpoint } from '../../pull-checkpoint.js';
import { createProgressView } from '../../render/progress.js';
import { isLively } from '../../render/style.js';

export default class CheckpointsPull extends AuseqCommand {
  static override summary = 'fetch a checkpoint into a new folder; every part is checked against the manifest';
  static override examples = [
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --latest -o checkpoint',
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --step 2000 -o checkpoint',
  ];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = {
    ...targetFlags,
    step: Flags.integer({ description: 'the checkpoint of this optimiser step', min: 0, exclusive: ['latest'] }),
    latest: Flags.boolean({ description: 'the newest whole checkpoint (the default)' }),
    out: Flags.string({ char: 'o', description: 'folder to make', required: true }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(CheckpointsPull);
    requireFreshFolder(flags.out);
    const interrupt = catchInterrupt();
    const progress = createProgressView(process.stderr, isLively());
    try {
      const pulled = await this.withCoordinator(flags, async (client) => {
        const { checkpoints } = await client.results.listCheckpoints({ run: args.run });
        const chosen = chooseCheckpoint(args.run, checkpoints, flags.step);
        const show = (done: number, total: number) =>
          progress.update({ phase: `step ${chosen.step}, bytes`, done, total });
        return pullCheckpoint(client, args.run, chosen, flags.out, interrupt.signal, show);
      });
      progress.pause();
      this.emit(flags.output, pulled, ({ files }) => files.join('\n'));
    } finally {
      progress.pause();
      interrupt.release();
    }
  }
}
