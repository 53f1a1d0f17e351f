/** What `auseq chaos run --output json` prints, as far as tests look at it. */
export interface ChaosReport {
  readonly verdict: string;
  readonly failures: readonly string[];
  readonly same_bits: boolean;
  readonly steps_lost: number;
  readonly ledger: { readonly ok: boolean };
  readonly same_draws: boolean;
  readonly checkpoints: { readonly whole: readonly number[]; readonly damaged: readonly string[] };
  readonly commits: {
    readonly lastStep: number;
    readonly gaps: readonly number[];
    readonly repeats: readonly number[];
  };
  readonly faults: readonly {
    readonly kind: string;
    readonly target: string;
    readonly went_on: boolean;
    readonly detect_ms: number | null;
  }[];
}
