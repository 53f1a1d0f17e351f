import { AuseqError } from '@auseq/proto/errors';
import { Args, Flags } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { catchInterrupt } from '../../interrupt.js';
import { createProgressView } from '../../render/progress.js';
import { isLively } from '../../render/style.js';
import { table } from '../../render/table.js';
import { bytes } from '../../render/units.js';
import { type CheckpointVerdict, verifyCheckpoint } from '../../verify-checkpoint.js';

export default class CheckpointsVerify extends AuseqCommand {
  static override summary = 'read the checkpoints of a run and say which of them are whole';
  static override description =
    'Of each: the manifest, the size and sha256 of every part, and the state digest computed anew. One at a time passes through a temporary folder.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a',
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --step 2000 --output json',
  ];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = {
    ...targetFlags,
    step: Flags.integer({ description: 'only the checkpoint of this optimiser step', min: 0 }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(CheckpointsVerify);
    const { run } = args;
    const interrupt = catchInterrupt();
    const progress = createProgressView(process.stderr, isLively());
    try {
      const verdicts = await this.withCoordinator(flags, async (client) => {
        const { checkpoints } = await client.results.listCheckpoints({ run });
        const asked = checkpoints.filter(({ step }) => flags.step === undefined || step === flags.step);
        if (asked.length === 0) throw noCheckpoint(run, flags.step);
        const found: CheckpointVerdict[] = [];
        for (const checkpoint of asked) {
          const show = (done: number, total: number) =>
            progress.update({ phase: `step ${checkpoint.step}, bytes`, done, total });
          found.push(await verifyCheckpoint(client, run, checkpoint, interrupt.signal, show));
        }
        return found;
      });
      progress.pause();
      this.emit(flags.output, verdicts, (list) =>
        table(
          ['STEP', 'SIZE', 'VERDICT', 'WHAT IS WRONG'],
          list.map((each) => [each.step, bytes(each.bytes), each.whole ? 'whole' : 'damaged', each.wrong]),
        ),
      );
      const damaged = verdicts.filter(({ whole }) => !whole);
      if (damaged.length > 0) this.failAfterResult(notWhole(run, damaged));
    } finally {
      progress.pause();
      interrupt.release();
    }
  }
}

function notWhole(run: string, damaged: readonly CheckpointVerdict[]): AuseqError {
  return new AuseqError('AU_CHECKPOINT_CORRUPT', {
    what: `${damaged.length} of the checkpoints of run ${run} ${damaged.length === 1 ? 'is' : 'are'} not whole`,
    why: damaged.map(({ step, wrong }) => `step ${step}: ${wrong}`).join('; '),
    try: `auseq runs resume ${run} --from-step of a whole one; a resume without it passes over damaged ones by itself`,
    where: run,
  });
}

function noCheckpoint(run: string, step: number | undefined): AuseqError {
  return new AuseqError('AU_CHECKPOINT_NOT_FOUND', {
    what: step === undefined ? `run ${run} has no checkpoint` : `run ${run} has no checkpoint of step ${step}`,
    why: 'the store lists none',
    try: `auseq checkpoints list ${run}`,
    where: run,
  });
}
