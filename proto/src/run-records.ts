/** What is stored under `run.RUN.commit`: one line of history that grows only by compare-and-swap (PROTOCOL 12, 13). */
export type HistoryRecord = GenerationRecord | CommitRecord;

/** Where a line of history stands. */
export interface LedgerPlace {
  /** Rollbacks so far. */
  readonly incarnation: number;
  /** The last step that counts; 0: none. */
  readonly lastStep: number;
}

/** A membership begins; a leader of an older one can commit nothing after it. */
export interface GenerationRecord {
  readonly type: 'generation';
  readonly run: string;
  readonly generation: number;
  readonly members: readonly string[];
  /** By rank: members with the same one share their memory. Absent, or '' for one of them: nobody shares it. */
  readonly hosts?: readonly string[] | undefined;
  /** Members go on with what they hold; false: each starts from the base checkpoint. */
  readonly continues: boolean;
  /** Members that hold no state yet: the first of the others gives it to them. They can never define it. */
  readonly unhealed: readonly string[];
  /** Steps that the state it starts from has taken. */
  readonly baseStep: number;
  /** Of the commit of `baseStep`, for a member that still waits for its verdict; null where there was none. */
  readonly baseDigest: string | null;
  readonly baseDrain: boolean;
  /** The sentence that explains the change. */
  readonly reason: string;
  readonly time: string;
  /** Milliseconds from the decision until it was sent to be stored; clocks may be set in between. */
  readonly waitedMs?: number | undefined;
  /** Of the first record after JetStream's data was lost: where the ledger in the store ends. */
  readonly after?: LedgerPlace | undefined;
}

/** A step that every member voted for. Lines of an older generation at or beyond a newer `baseStep` were rolled back. */
export interface CommitRecord {
  readonly type: 'commit';
  readonly run: string;
  readonly generation: number;
  readonly members: readonly string[];
  /** As in the record that its membership began with. */
  readonly hosts?: readonly string[] | undefined;
  /** Steps taken, this one included. */
  readonly step: number;
  readonly totalSteps: number;
  /** SHA-256 over the base's checksum and the contributions in leaf order. */
  readonly digest: string;
  readonly losses: Readonly<Record<string, number>>;
  /** The ledger's lines: draws of each leaf with the hash of what was read. */
  readonly leaves: readonly unknown[];
  readonly sequences: number;
  readonly seconds: number;
  /** Milliseconds after the first member at which each one's contributions were here, by rank; null without leaves. */
  readonly late: readonly (number | null)[];
  /** Every member stops after this step with a checkpoint. */
  readonly drain: boolean;
  readonly time: string;
}

/** Said to everyone once a commit record is stored. */
export interface CommitNotice {
  readonly step: number;
  readonly totalSteps: number;
  readonly digest: string;
  readonly drain: boolean;
  readonly sequences: number;
  readonly seconds: number;
  readonly late: readonly (number | null)[];
  /** Set instead of a commit when the votes differ: who voted what. */
  readonly mismatch?: Readonly<Record<string, string>> | undefined;
}
