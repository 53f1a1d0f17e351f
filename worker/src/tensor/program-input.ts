import type { TensorSpec } from './program.js';

/** An input of a recorded program: the placeholder that a run feeds. */
export interface ProgramInput {
  readonly name: string;
  readonly spec: TensorSpec;
  readonly node: string;
}
