import { AuseqError } from '@auseq/proto/errors';

export interface RunLength {
  /** As configured; above 2^53 the epochs rule. */
  readonly maxSteps: number;
  readonly maxEpochs: number;
  readonly sequencesPerEpoch: number;
  /** Sequences of one optimiser step: leaves times sequences of a leaf. */
  readonly sequencesPerStep: number;
}

/** Optimiser steps of a whole run: `max_steps`, or as many as it takes to use `max_epochs` data epochs up. Throws AU_DATA_EMPTY. */
export function planTotalSteps({ maxSteps, maxEpochs, sequencesPerEpoch, sequencesPerStep }: RunLength): number {
  if (maxSteps <= 2 ** 53) return Math.ceil(maxSteps);
  if (sequencesPerEpoch > 0) return Math.ceil((maxEpochs * sequencesPerEpoch) / sequencesPerStep);
  throw new AuseqError('AU_DATA_EMPTY', {
    what: 'the run has no data to train on',
    why: 'a data epoch has no sequence',
    try: 'check dataset.mead_sequences, dataset.affwild2_copies and the splits of the data set (auseq dataset inspect)',
  });
}
