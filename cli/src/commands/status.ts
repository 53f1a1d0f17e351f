import { AuseqError, formatError } from '@auseq/proto/errors';
import { AuseqCommand, targetFlags } from '../base-command.js';
import { statusOf } from '../cluster-view.js';
import { formatStatus } from '../render/status.js';

export default class Status extends AuseqCommand {
  static override summary = 'show every process of a cluster and what its workers do';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --cluster local --output json',
  ];
  static override flags = targetFlags;

  override async run(): Promise<void> {
    const { flags } = await this.parse(Status);
    const view = await statusOf(flags);
    this.emit(flags.output, view, formatStatus);
    if (view.error && flags.output === 'text') this.say(`\n${formatError(AuseqError.fromJSON(view.error))}`);
  }
}
