import { once } from 'node:events';
import { AuseqError } from '@auseq/proto/errors';
import { ledgerJson } from '@auseq/proto/ledger-json';
import { verifyLedger } from '@auseq/proto/verify-ledger';
import { Args, Flags } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import type { CoordinatorClient } from '../../client.js';
import { brokenLedger, formatLedgerLine, formatVerdict, verdictView } from '../../render/ledger.js';

export default class RunsLedger extends AuseqCommand {
  static override summary =
    'list which frames each committed step of a run used; --verify: was each used exactly once?';
  static override examples = [
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --verify',
    '<%= config.bin %> <%= command.id %> brisk-otter-7f3a --output json > ledger.ndjson',
  ];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = {
    ...targetFlags,
    verify: Flags.boolean({ description: 'check it instead of listing it: exit 0 whole, 10 AU_LEDGER_BROKEN' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsLedger);
    await this.withCoordinator(flags, async (client) => {
      if (flags.verify) return this.verify(client, args.run, flags.output);
      for await (const line of client.runs.ledger({ run: args.run })) {
        this.emit(flags.output, ledgerJson(line), () => formatLedgerLine(line));
        if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain'); // the reader sets the pace
      }
    });
  }

  private async verify(client: CoordinatorClient, name: string, output: string): Promise<void> {
    const run = await client.runs.show({ run: name }).catch((error: unknown) => {
      // A cluster that lost its records may still have the ledger's pieces.
      if (error instanceof AuseqError && error.code === 'AU_RUN_NOT_FOUND') return null;
      throw error;
    });
    // Loaded late: the schema is not needed for `auseq --help`.
    const { ledgerExpectation } = await import('../../ledger-expectation.js');
    const verdict = await verifyLedger(client.runs.ledger({ run: name }), run ? ledgerExpectation(run) : {});
    this.emit(output, verdictView(name, verdict), () => formatVerdict(verdict));
    if (!verdict.ok) this.failAfterResult(brokenLedger(name, verdict));
  }
}
