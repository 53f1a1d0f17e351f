import { adamInputs } from '../tensor/adam-inputs.js';
import type { CompiledSession, ProgramDef, TypedArray } from '../tensor/session.js';

/**
 * Runs every program once on zeros, in a fixed order: TensorFlow prepares a program (folds constants, packs weights) in its first
 * call, which takes seconds and would look like a hang inside a step. State stays as it is: a zero gradient moves nothing.
 */
export function warmUp(session: CompiledSession, programs: Readonly<Record<string, ProgramDef>>): void {
  const still = adamInputs({ step: 1, lr: 0 });
  for (const [name, { inputs }] of Object.entries(programs)) {
    const zeros: Record<string, TypedArray> = {};
    for (const [input, { shape, dtype }] of Object.entries(inputs)) {
      const size = shape.reduce((product, extent) => product * extent, 1);
      zeros[input] =
        dtype === 'float32' ? new Float32Array(size) : dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);
    }
    session.run(name, updating.has(name) ? { ...zeros, ...still } : zeros);
  }
  session.readState(); // the first checkpoint would stand still for most of a second
}

const updating = new Set(['update', 'apply']);
