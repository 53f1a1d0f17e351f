import { AuseqCommand, targetFlags } from '../../base-command.js';
import { formatRuns } from '../../render/run.js';
import { runView } from '../../run-view.js';

export default class RunsList extends AuseqCommand {
  static override summary = 'list all runs of the cluster';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --output json',
  ];
  static override flags = targetFlags;

  override async run(): Promise<void> {
    const { flags } = await this.parse(RunsList);
    const { runs } = await this.withCoordinator(flags, (client) => client.runs.list({}));
    this.emit(flags.output, runs.map(runView), formatRuns);
    if (runs.length === 0) this.say('no runs yet. Start one: auseq runs submit CONFIG');
  }
}
