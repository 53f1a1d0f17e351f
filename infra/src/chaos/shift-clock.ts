import { readFileSync } from 'node:fs';

/**
 * Preloaded into the processes of a chaos cluster: their wall clock is the machine's plus an offset that a fault may change.
 * Everything in the process sees it, libraries too, as if the machine's clock had been set; timers and monotonic time go on.
 * AUSEQ_CLOCK_FAULTS names the file of offsets, milliseconds by process name.
 */
const file = process.env.AUSEQ_CLOCK_FAULTS;
const named = process.argv.indexOf('--name');
// A step process has its agent's clock: they share a machine.
process.env.AUSEQ_CLOCK_NAME ??= named < 0 ? 'coordinator' : process.argv[named + 1];
const name = process.env.AUSEQ_CLOCK_NAME!;
const readEveryMs = 50;

if (file) {
  const RealDate = globalThis.Date;
  let offsetMs = 0;
  const read = () => {
    try {
      offsetMs = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>)[name] ?? 0;
    } catch {
      // not written yet
    }
  };
  read();
  setInterval(read, readEveryMs).unref();
  const shifted = class extends RealDate {
    constructor(...given: [] | ConstructorParameters<DateConstructor>) {
      if (given.length === 0) super(RealDate.now() + offsetMs);
      else super(...(given as ConstructorParameters<DateConstructor>));
    }

    static override now(): number {
      return RealDate.now() + offsetMs;
    }
  };
  globalThis.Date = shifted as DateConstructor;
}
