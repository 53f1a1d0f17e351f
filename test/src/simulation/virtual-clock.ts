import type { Clock } from '@auseq/worker/sync/clock';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

/** Time that moves only from one planned call to the next: the same calls in the same order in every run. */
export class VirtualClock implements Clock {
  private readonly heap: Entry[] = [];
  private time = 0;
  private order = 0;

  now = (): number => this.time;

  at(ms: number, call: () => void): void {
    this.push({ at: Math.max(this.time, ms), order: this.order++, call });
  }

  after(ms: number, call: () => void): void {
    this.at(this.time + ms, call);
  }

  every(ms: number, call: () => void): () => void {
    let ended = false;
    const tick = () => {
      if (ended) return;
      call();
      this.after(ms, tick);
    };
    this.after(ms, tick);
    return () => {
      ended = true;
    };
  }

  pause = (ms: number): Promise<void> => new Promise((resolve) => this.after(ms, resolve));

  /** Runs planned calls, and all promises that follow from each, until `done` or until `limitMs`. True when done. */
  async run(done: () => boolean, limitMs: number): Promise<boolean> {
    await settled();
    while (!done()) {
      const next = this.pop();
      if (!next || next.at > limitMs) return false;
      this.time = next.at;
      next.call();
      await settled();
    }
    return true;
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (before(heap[parent]!, entry)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  private pop(): Entry | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(last, heap[child]!)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

const before = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);

/** All promises that could go on have gone on: microtasks run before the next turn of the loop. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
