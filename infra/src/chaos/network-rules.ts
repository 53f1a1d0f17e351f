/** What a proxy does to the bytes on their way; the defaults change nothing. */
export interface NetworkRules {
  /** Each byte arrives this much later. */
  readonly delayMs: number;
  /** In each direction of each connection; 0 = no limit. */
  readonly bytesPerSecond: number;
  /** While true no byte gets through, as when a cable is out: connections stay open, and their bytes wait. */
  readonly held: boolean;
}

export const quietRules: NetworkRules = { delayMs: 0, bytesPerSecond: 0, held: false };
