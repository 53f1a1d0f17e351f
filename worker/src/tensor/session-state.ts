import { AuseqError } from '@auseq/proto/errors';
import { attr, type Graph } from './graph.js';
import { dataType } from './native.js';
import type { SessionDef } from './program.js';

const float = attr.type(dataType.float32);

/** One variable that lives in the session, with the nodes that read and write it. */
export interface StateSlot {
  readonly shape: readonly number[];
  readonly handle: string;
  readonly read: string;
  /** Feed `value`, fetch `written`. */
  readonly write: { value: string; written: string };
}

export interface InitialState {
  readonly shape: readonly number[];
  readonly value: Float32Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** All states by name with their first values: the declared ones, then the zeroed Adam moments of the trainable ones. */
export function initialState({ name: session, state = {}, trainable = [] }: SessionDef): Map<string, InitialState> {
  const all = new Map<string, InitialState>(Object.entries(state));
  for (const [name, { shape, value }] of all) {
    if (value.length !== sizeOf(shape))
      throw stateError(session, name, `has ${value.length} values for shape [${shape}]`);
  }
  for (const moment of ['m', 'v']) {
    for (const name of trainable) {
      const weight = state[name];
      const slot = `${moment}/${name}`;
      if (!weight) throw stateError(session, name, 'is trainable but not a state');
      if (all.has(slot)) throw stateError(session, slot, 'is declared twice');
      all.set(slot, { shape: weight.shape, value: new Float32Array(weight.value.length) });
    }
  }
  return all;
}

/** Adds the variable of one state, float32. */
export function addSlot(graph: Graph, name: string, shape: readonly number[]): StateSlot {
  const handle = graph.add('VarHandleOp', [], {
    dtype: float,
    shape: attr.shape(shape),
    shared_name: attr.string(name),
    container: attr.string(''),
  });
  const read = graph.add('ReadVariableOp', [handle], { dtype: float });
  const value = graph.placeholder(dataType.float32, shape);
  const assigned = assignSlot(graph, handle, value);
  return { shape, handle, read, write: { value, written: graph.whenDone([assigned]) } };
}

/**
 * Adds an assignment and returns its node. A fed tensor may share the caller's memory, and a variable keeps the tensor
 * it is given: without the copy, whoever reuses the array later would change the state.
 */
export function assignSlot(graph: Graph, handle: string, value: string, after?: readonly string[]): string {
  const copy = graph.add('DeepCopy', [value], { T: float });
  return graph.add('AssignVariableOp', [handle, copy], { dtype: float }, after);
}

export function stateError(session: string, name: string, why: string): AuseqError {
  return new AuseqError('AU_PROGRAM_INPUT', {
    what: `state "${name}" of session "${session}" ${why}`,
    why: 'states are float32 and named once, and their shapes never change',
    try: 'compare the names and shapes with the session definition',
  });
}
