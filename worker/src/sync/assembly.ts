import { type ChunkFrame, chunkBytes, chunkCount } from './chunk-frame.js';

/** A blob that is being put together from chunks in any order, each possibly more than once. */
export class Assembly {
  private readonly have: Uint8Array;
  received = 0;

  /** `bytes` is where it is put together: all of it is written. */
  constructor(readonly bytes: Uint8Array) {
    this.have = new Uint8Array(chunkCount(bytes.byteLength));
  }

  get complete(): boolean {
    return this.received === this.have.length;
  }

  /** False for a chunk that is here already or belongs to a blob of another size. */
  add({ index, total, body }: ChunkFrame): boolean {
    if (total !== this.bytes.byteLength || this.have[index] !== 0) return false;
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
