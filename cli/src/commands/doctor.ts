import { runDoctor } from '@auseq/infra/runtime/doctor';
import { AuseqError } from '@auseq/proto/errors';
import { AuseqCommand, targetFlags } from '../base-command.js';
import { clusterChecks } from '../cluster-checks.js';
import { formatChecks } from '../render/checks.js';

export default class Doctor extends AuseqCommand {
  static override summary =
    'check this machine and the cluster, each with a measured value and a fix: exit 11 when a check fails';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --output json',
  ];
  static override flags = targetFlags;

  override async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const checks = [...(await runDoctor()), ...(await clusterChecks(flags))];
    this.emit(flags.output, checks, formatChecks);
    const failed = checks.filter(({ state }) => state === 'fail');
    if (failed.length === 0) return;
    this.failAfterResult(
      new AuseqError('AU_SETUP', {
        what: `${failed.length} of ${checks.length} checks failed`,
        why: failed.map(({ name }) => name).join(', '),
        try: failed[0]!.fix ?? 'the fixes above',
      }),
    );
  }
}
