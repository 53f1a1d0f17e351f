/** One use of one sequence: the window of W frames (3, 7 or 11) around `centre`. */
export interface Draw {
  readonly epoch: number;
  readonly position: number; // in the epoch's list
  readonly sequence: string;
  readonly copy: number;
  readonly centre: number;
}

/** A draw with the SHA-256 of the bytes that were read for it; a commit record holds a list of them for each leaf. */
export interface DrawRecord {
  readonly draw: Draw;
  readonly contentHash: string;
}
