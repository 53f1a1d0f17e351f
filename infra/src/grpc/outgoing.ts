/** Messages to be sent, as an async iterable that ends when it is closed. */
export class Outgoing<T> implements AsyncIterable<T> {
  private readonly queue: T[] = [];
  private wake: (() => void) | null = null;
  private closed = false;

  push(message: T): void {
    this.queue.push(message);
    this.wake?.();
  }

  close(): void {
    this.closed = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      const next = this.queue.shift();
      if (next !== undefined) yield next;
      else if (this.closed) return;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
  }
}
