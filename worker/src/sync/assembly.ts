import { type ChunkFrame, chunkBytes, chunkCount } from './chunk-frame.js';

/** A blob that is being put together from chunks in any order, each possibly more than once. */
export class Assembly {
  readonly bytes: Uint8Array;
  private readonly have: Uint8Array;
  received = 0;

  constructor(readonly total: number) {
    this.bytes = new Uint8Array(total);
    this.have = new Uint8Array(chunkCount(total));
  }

  get complete(): boolean {
    return this.received === this.have.length;
  }

  /** False for a chunk that is here already or belongs to a blob of another size. */
  add({ index, total, body }: ChunkFrame): boolean {
    if (total !== this.total || this.have[index] !== 0) return false;
    this.bytes.set(body, index * chunkBytes);
    this.have[index] = 1;
    this.received++;
    return true;
  }

  missing(limit: number): number[] {
    const indexes: number[] = [];
    for (let index = 0; index < this.have.length && indexes.length < limit; index++) {
      if (this.have[index] === 0) indexes.push(index);
    }
    return indexes;
  }
}
