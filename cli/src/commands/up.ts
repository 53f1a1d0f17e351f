import { startCluster } from '@auseq/infra/supervisor/start-cluster';
import { stopCluster } from '@auseq/infra/supervisor/stop-cluster';
import { Flags } from '@oclif/core';
import { AuseqCommand, clusterFlag } from '../base-command.js';
import { statusOf } from '../cluster-view.js';
import { catchInterrupt } from '../interrupt.js';
import { formatStatus } from '../render/status.js';
import { waitForWorkers } from '../wait-for-workers.js';

export default class Up extends AuseqCommand {
  static override summary =
    'start a cluster on this machine: broker, store, coordinator and workers, kept alive by a supervisor';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --workers 2',
    '<%= config.bin %> <%= command.id %> --cluster second --store minio',
  ];
  static override flags = {
    cluster: clusterFlag(['name']),
    workers: Flags.integer({ description: 'number of workers', default: 1, min: 0, max: 256 }),
    store: Flags.string({ description: 'file, minio, or the URL of a store that exists', default: 'file' }),
    port: Flags.integer({ description: 'port of the coordinator; 0 = any free one', default: 0, min: 0, max: 65535 }),
    coordinators: Flags.integer({
      description: 'number of coordinators: one leads, the others stand by',
      default: 1,
      min: 1,
      max: 5,
    }),
    device: Flags.option({ options: ['cpu', 'cuda'] as const })({
      description: 'what workers compute on; they decide where left out',
    }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Up);
    const { cluster, workers, store, port, coordinators, device } = flags;
    const interrupt = catchInterrupt(() => this.say('ending what was started'));
    const options = { name: cluster, workers, store, port, coordinators, device: device ?? '' };
    const record = await startCluster(options, (message) => this.say(message), interrupt.signal);
    try {
      this.say(`waiting for ${workers} worker${workers === 1 ? '' : 's'}`);
      await waitForWorkers(cluster, record.coordinator, workers, interrupt.signal);
    } catch (error) {
      await stopCluster({ name: cluster, purge: false, force: AbortSignal.abort() });
      throw error;
    }
    interrupt.release();
    this.emit(flags.output, await statusOf({ cluster }), formatStatus);
    const named = cluster === 'local' ? '' : ` --cluster ${cluster}`;
    this.say(`\nready. Next: auseq runs submit CONFIG${named}   End it: auseq down${named}`);
  }
}
