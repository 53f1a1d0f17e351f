import { AuseqError } from '@auseq/proto/errors';
import type { TensorSpec, TypedArray } from './program.js';
import type { ProgramInput } from './program-input.js';
import type { Feed } from './run-session.js';
import { sizeOf } from './session-state.js';

const arrayTypes = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Pairs a run's arrays with the program's inputs. Errors: AU_PROGRAM_INPUT for a missing, unknown or unfit array. */
export function matchInputs(
  program: string,
  inputs: readonly ProgramInput[],
  given: Readonly<Record<string, TypedArray>>,
): Feed[] {
  const known = new Set(inputs.map(({ name }) => name));
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined) throw inputError(program, unknown, `is not one of its inputs (${[...known].join(', ')})`);
  return inputs.map(({ name, spec, node }) => {
    const data = given[name];
    if (data === undefined) throw inputError(program, name, 'is missing');
    const why = misfit(spec, data);
    if (why !== undefined) throw inputError(program, name, why);
    return { node, spec, data };
  });
}

function misfit({ shape, dtype }: TensorSpec, data: TypedArray): string | undefined {
  const expected = arrayTypes[dtype];
  if (!(data instanceof expected)) return `is a ${(data as object).constructor.name}, not a ${expected.name}`;
  if (data.length !== sizeOf(shape)) return `has ${data.length} values, not ${sizeOf(shape)} for shape [${shape}]`;
  return undefined;
}

const inputError = (program: string, name: string, why: string) =>
  new AuseqError('AU_PROGRAM_INPUT', {
    what: `input "${name}" of program "${program}" ${why}`,
    why: 'a compiled program takes exactly the inputs it was recorded with',
    try: 'compare the call with the inputs of the program definition',
  });
