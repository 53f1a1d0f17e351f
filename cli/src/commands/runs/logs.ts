import { Args, Flags } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { catchInterrupt } from '../../interrupt.js';
import { formatLogLine } from '../../render/log-line.js';

export default class RunsLogs extends AuseqCommand {
  static override summary = 'print the log lines of all processes of a run';
  static override examples = [
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --follow',
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --worker worker-1 --output json',
  ];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = {
    ...targetFlags,
    follow: Flags.boolean({ description: 'go on with new lines until the run ends; Ctrl-C leaves (exit 0)' }),
    worker: Flags.string({ description: 'lines of this worker only', default: '' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsLogs);
    const interrupt = catchInterrupt();
    await this.withCoordinator(flags, async (client) => {
      const request = { run: args.run, follow: flags.follow, worker: flags.worker };
      for await (const { json } of client.runs.logs(request, { signal: interrupt.signal })) {
        process.stdout.write(`${flags.output === 'json' ? json : formatLogLine(json)}\n`);
      }
    }).catch((error: unknown) => {
      if (!interrupt.signal.aborted) throw error;
    });
    interrupt.release();
  }
}
