/** Frozen codes of one sequence, from the weak-perspective fit: shape [100], and per frame cam [3] and pose [6] (root, jaw). */
export interface CoarseSequence {
  readonly shape: Float32Array;
  readonly cam: readonly Float32Array[];
  readonly pose: readonly Float32Array[];
}
