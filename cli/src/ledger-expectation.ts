import { runConfig } from '@auseq/configs/schema';
import type { Run } from '@auseq/proto/gen/auseq/v1/auseq';
import type { LedgerExpectation } from '@auseq/proto/verify-ledger';

/** What the config and the state of a run say of its ledger. Pure. */
export function ledgerExpectation({ configJson, state, step }: Run): LedgerExpectation {
  const { batch, dataset, pretrained_modelpath: before } = runConfig.parse(JSON.parse(configJson));
  return {
    leaves: batch.leaves,
    batchSize: dataset.batch_size,
    totalSteps: state === 'completed' ? step : undefined,
    resumedFrom: before === '' ? 0 : null, // a model.tar brings its own number of steps
  };
}
