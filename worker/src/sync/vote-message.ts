/** What a member tells the leader of its generation once its step is prepared. */
export interface VoteMessage {
  /** Rank. */
  readonly from: number;
  /** Steps taken after it. */
  readonly step: number;
  readonly digest: string;
  /** This member was asked to stop at a step border. */
  readonly drain: boolean;
}
