/** One part of a worker's log, as it goes into the store. */
export interface LogPart {
  text: Buffer;
  lines: number;
}

/** Lines that wait for the store: bounded; when the store stays away, the oldest go first and are counted. */
export class LogBuffer {
  #lines: Buffer[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  add(line: Buffer): void {
    this.#lines.push(line);
    this.#bytes += line.length;
    while (this.#bytes > this.maxBytes && this.#lines.length > 1) {
      this.#bytes -= this.#lines.shift()!.length;
      this.#dropped++;
    }
  }

  /** Takes whole lines up to a size (at least one), led by a line that says how many were lost; null when empty. */
  take(maxBytes: number, now: Date): LogPart | null {
    if (this.#lines.length === 0) return null;
    let count = 0;
    let bytes = 0;
    while (count < this.#lines.length && (count === 0 || bytes + this.#lines[count]!.length <= maxBytes)) {
      bytes += this.#lines[count]!.length;
      count++;
    }
    const taken = this.#lines.splice(0, count);
    this.#bytes -= bytes;
    if (this.#dropped > 0) {
      const notice = {
        level: 'warn',
        time: now.toISOString(),
        msg: 'log lines were dropped while the store was away',
        dropped: this.#dropped,
      };
      taken.unshift(Buffer.from(`${JSON.stringify(notice)}\n`));
      this.#dropped = 0;
    }
    return { text: Buffer.concat(taken), lines: taken.length };
  }
}
