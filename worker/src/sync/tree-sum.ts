import type { Subtree } from '@auseq/proto/plan-leaves';
import { addInto } from './sum-kernel.js';

/** The sum over one subtree of the leaves: fp32, [length]. */
export interface SubtreeSum {
  readonly subtree: Subtree;
  readonly sum: Float32Array;
}

/** Where a tree keeps its own sums. */
export interface SumMemory {
  copy(sum: Float32Array): Float32Array;
  /** Takes back a copy that is part of another sum now. */
  free(sum: Float32Array): void;
}

const fresh: SumMemory = { copy: (sum) => sum.slice(), free: () => {} };

/**
 * Adds leaves up along the fixed binary tree over all leaves, holding one array per level: two neighbours of one size
 * are added as soon as both are there, so the bits do not depend on who computed which leaf (performance facts §6.3).
 * Leaves and subtrees must come from left to right; what is given stays as it is.
 */
export class TreeSum {
  private readonly open: SubtreeSum[] = [];

  constructor(private readonly memory: SumMemory = fresh) {}

  add(subtree: Subtree, sum: Float32Array): void {
    let node: SubtreeSum = { subtree, sum };
    for (;;) {
      const left = this.open.at(-1);
      const { start, size } = node.subtree;
      if (!left || left.subtree.size !== size || (start / size) % 2 !== 1) break;
      if (left.subtree.start + size !== start) throw new Error(`leaf ${start} follows ${left.subtree.start}: a gap`);
      this.open.pop();
      addInto(left.sum, node.sum);
      if (node.sum !== sum) this.memory.free(node.sum);
      node = { subtree: { start: left.subtree.start, size: size * 2 }, sum: left.sum };
    }
    this.open.push(node.sum === sum ? { ...node, sum: this.memory.copy(sum) } : node);
  }

  /** The maximal aligned subtrees of what was added, left to right. */
  subtrees(): readonly SubtreeSum[] {
    return this.open;
  }

  /** The whole sum, once. A count of leaves that is no power of two leaves several trees: they are added from the right, as a padded tree would. */
  total(): Float32Array {
    let sum = this.open.pop()?.sum;
    if (!sum) throw new Error('nothing was added');
    for (let tree = this.open.pop(); tree; tree = this.open.pop()) {
      addInto(tree.sum, sum);
      this.memory.free(sum);
      sum = tree.sum;
    }
    return sum;
  }
}
