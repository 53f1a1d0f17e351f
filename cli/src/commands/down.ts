import { stopCluster } from '@auseq/infra/supervisor/stop-cluster';
import { Flags } from '@oclif/core';
import { AuseqCommand, clusterFlag } from '../base-command.js';
import { catchInterrupt } from '../interrupt.js';

export default class Down extends AuseqCommand {
  static override summary =
    'end a cluster of this machine and all its processes; workers write a checkpoint first, Ctrl-C ends them at once; data stays';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --cluster second --purge',
  ];
  static override flags = {
    cluster: clusterFlag(['name']),
    purge: Flags.boolean({ description: 'also remove its data: runs, checkpoints, logs' }),
    force: Flags.boolean({ description: 'do not wait for checkpoints' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Down);
    const interrupt = catchInterrupt(() => this.say('ending everything at once'));
    const force = flags.force ? AbortSignal.abort() : interrupt.signal;
    const report = await stopCluster({ name: flags.cluster, purge: flags.purge, force });
    interrupt.release();
    this.emit(flags.output, report, ({ cluster, processes, crashed, purged }) => {
      const how = crashed ? 'its supervisor was dead; ' : '';
      return `cluster ${cluster} is down: ${how}${processes} processes ended, data ${purged ? 'removed' : 'kept'}`;
    });
  }
}
