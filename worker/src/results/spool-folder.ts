import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RunConfig } from '@auseq/configs/schema';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';

/** Holds all spools of this machine: AUSEQ_SPOOL, else AUSEQ_HOME/spool. */
export const spoolRoot = (): string => process.env.AUSEQ_SPOOL || join(auseqHome(), 'spool');

/**
 * Where checkpoints of a run wait for the store: RUN-ID in `spoolRoot`. The id is of the store and of all of the config that
 * bits depend on, so that what another run of this name has left behind is never taken for this one's.
 */
export function spoolFolder(run: string, storeUrl: string, config: RunConfig): string {
  const { train, store: _, ...rest } = config;
  const lasting = { ...rest, train: { ...train, max_steps: 0, max_epochs: 0 } };
  const id = createHash('sha256')
    .update(`${storeUrl}\0${JSON.stringify(lasting)}`)
    .digest('hex')
    .slice(0, 8);
  return join(spoolRoot(), `${run}-${id}`);
}
