import { AuseqError } from '@auseq/proto/errors';
import { attr, type Graph } from './graph.js';
import { dataType, nativeId } from './native.js';
import type { ProgramBody, ProgramDef, ProgramScope, TensorSpec } from './program.js';
import type { ProgramInput } from './program-input.js';
import type { Recorder } from './recorder.js';
import type { StateSlot } from './session-state.js';
import { addUpdates } from './state-updates.js';
import { tf } from './tf.js';
import { watchBinding } from './watch-binding.js';

export interface RecordedProgram {
  readonly inputs: readonly ProgramInput[];
  readonly outputs: readonly { name: string; node: string }[];
  /** Fetched with the outputs: the run is over only when the state is updated. Absent where it updates none. */
  readonly updated: string | undefined;
}

/** Records one program of a session into its graph. */
export function recordProgram(
  { inputs: specs, build }: ProgramDef,
  graph: Graph,
  recorder: Recorder,
  state: ReadonlyMap<string, StateSlot>,
  scope: ProgramScope,
): RecordedProgram {
  const inputs = Object.entries(specs).map(([name, spec]) => ({
    name,
    spec,
    node: graph.placeholder(dataType[spec.dtype], spec.shape),
  }));
  const engine = tf.engine();
  engine.startScope('record');
  try {
    const tensors = inputs.map(({ spec, node }) => standIn(recorder, tf.zeros([...spec.shape], spec.dtype), node));
    const named = Object.fromEntries(inputs.map(({ name }, index) => [name, tensors[index]!]));
    return watchBinding(recorder, () => {
      const body = build(named, scope);
      if (recorder.refusedRead) throw recorder.refusedRead;
      if (body instanceof Promise) throw asyncBuild(body);
      return addResults(body, inputs, graph, recorder, state);
    });
  } finally {
    engine.endScope();
  }
}

/** An eager tensor that takes the place of a graph reference while recording. */
export function standIn(recorder: Recorder, tensor: tf.Tensor, ref: string): tf.Tensor {
  recorder.standIn(nativeId(tensor), ref, dataType[tensor.dtype as TensorSpec['dtype']]);
  return tensor;
}

function addResults(
  { outputs, adam, assign = {} }: ProgramBody,
  inputs: readonly ProgramInput[],
  graph: Graph,
  recorder: Recorder,
  state: ReadonlyMap<string, StateSlot>,
): RecordedProgram {
  const refOf = (tensor: tf.Tensor) => recorder.refOf(nativeId(tensor));
  // An Identity each, because TensorFlow refuses to fetch what is fed.
  const fetched = Object.entries(outputs).map(([name, tensor]) => ({
    name,
    node: graph.add('Identity', [refOf(tensor)], { T: attr.type(dataType[tensor.dtype as TensorSpec['dtype']]) }),
  }));
  const updates = Object.entries(adam?.gradients ?? {}).map(([name, tensor]) => ({
    weight: slotOf(state, name, tensor),
    m: momentOf(state, 'm', name),
    v: momentOf(state, 'v', name),
    gradient: refOf(tensor),
  }));
  const assignments = Object.entries(assign).map(([name, tensor]) => ({
    slot: slotOf(state, name, tensor),
    value: refOf(tensor),
  }));
  if (updates.length + assignments.length === 0) return { inputs, outputs: fetched, updated: undefined };
  const computed = [
    ...fetched.map(({ node }) => node),
    ...updates.map(({ gradient }) => gradient),
    ...assignments.map(({ value }) => value),
  ];
  const { updated, scalars } = addUpdates(graph, computed, updates, assignments);
  return { inputs: [...inputs, ...scalars], outputs: fetched, updated };
}

function slotOf(state: ReadonlyMap<string, StateSlot>, name: string, value: tf.Tensor): StateSlot {
  const slot = state.get(name);
  if (!slot) throw bodyError(`there is no state "${name}" to update`);
  if (value.dtype !== 'float32' || value.shape.join() !== slot.shape.join()) {
    throw bodyError(`state "${name}" of shape [${slot.shape}] cannot take ${value.dtype} [${value.shape}]`);
  }
  return slot;
}

function momentOf(state: ReadonlyMap<string, StateSlot>, moment: 'm' | 'v', name: string): StateSlot {
  const slot = state.get(`${moment}/${name}`);
  if (!slot) throw bodyError(`state "${name}" got a gradient but is not trainable`);
  return slot;
}

function asyncBuild(body: Promise<unknown>): AuseqError {
  body.catch(() => {});
  return bodyError('build returned a promise');
}

const bodyError = (what: string) =>
  new AuseqError('AU_PROGRAM_INPUT', {
    what,
    why: 'build must return its outputs at once, and update states of the session with float32 tensors of their shape',
    try: 'correct the build function of the program',
  });
