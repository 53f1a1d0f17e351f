import { type Phase, phases } from '@auseq/proto/heartbeat-rules';

const cells = { phase: 0, counter: 1, step: 2 } as const;

/** Where the step loop is, shared with the comm thread, which tells the others even while this thread computes. */
export class Progress {
  private readonly cell: Int32Array;

  constructor(readonly shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * Object.keys(cells).length)) {
    this.cell = new Int32Array(shared);
  }

  enter(phase: Phase, step?: number): void {
    Atomics.store(this.cell, cells.phase, phases.indexOf(phase));
    if (step !== undefined) Atomics.store(this.cell, cells.step, step);
    this.tick();
  }

  /** A leaf is done. */
  tick(): void {
    Atomics.add(this.cell, cells.counter, 1);
  }

  read(): { phase: Phase; counter: number; step: number } {
    return {
      phase: phases[Atomics.load(this.cell, cells.phase)]!,
      counter: Atomics.load(this.cell, cells.counter),
      step: Atomics.load(this.cell, cells.step),
    };
  }
}
