import { Args } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { table } from '../../render/table.js';
import { bytes } from '../../render/units.js';

export default class CheckpointsList extends AuseqCommand {
  static override summary =
    'list the checkpoints of a run; sha256 is the digest of the training state, equal for equal states';
  static override examples = ['<%= config.bin %> <%= command.id %> brisk-otter-7f3a --output json'];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = targetFlags;

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(CheckpointsList);
    const { checkpoints } = await this.withCoordinator(flags, (client) =>
      client.results.listCheckpoints({ run: args.run }),
    );
    const views = checkpoints.map(({ step, sha256, complete, bytes: size, key }) => ({
      step,
      sha256,
      complete,
      bytes: size,
      key,
    }));
    this.emit(flags.output, views, (list) =>
      list.length === 0
        ? ''
        : table(
            ['STEP', 'SHA256', 'COMPLETE', 'SIZE'],
            list.map((each) => [each.step, each.sha256, each.complete ? 'yes' : 'no', bytes(each.bytes)]),
          ),
    );
    if (views.length === 0) this.say(`run ${args.run} has no checkpoint yet`);
  }
}
