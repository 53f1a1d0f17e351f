import { attr, Graph, type GraphNode } from './graph.js';
import { dataType } from './native.js';
import type { SessionDef } from './program.js';
import { type RecordedProgram, recordProgram, standIn } from './record-program.js';
import { Recorder } from './recorder.js';
import { addSlot, type InitialState, type StateSlot } from './session-state.js';
import { tf } from './tf.js';

/** How the programs and states of a session are reached in its graph. */
export interface SessionIndex {
  readonly state: ReadonlyMap<string, StateSlot>;
  readonly programs: ReadonlyMap<string, RecordedProgram>;
}

export interface RecordedSession {
  readonly index: SessionIndex;
  readonly nodes: readonly GraphNode[];
  readonly captured: number;
}

/** Runs every `build` of a session once, eagerly on stand-in values, and keeps what TensorFlow was asked to do. */
export function recordSession(def: SessionDef, initial: ReadonlyMap<string, InitialState>): RecordedSession {
  const graph = new Graph();
  const recorder = new Recorder(graph);
  const slots = new Map<string, StateSlot>();
  const engine = tf.engine();
  engine.startScope('session');
  try {
    const state: Record<string, tf.Tensor> = {};
    for (const [name, { shape, value }] of initial) {
      const slot = addSlot(graph, name, shape);
      slots.set(name, slot);
      state[name] = standIn(recorder, tf.tensor(value, [...shape], 'float32'), slot.read);
    }
    const constants: Record<string, tf.Tensor> = {};
    for (const [name, { shape, data }] of Object.entries(def.constants ?? {})) {
      const dtype = data instanceof Int32Array ? 'int32' : 'float32';
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const node = graph.add('Const', [], {
        dtype: attr.type(dataType[dtype]),
        value: attr.tensor({ dtype: dataType[dtype], shape, bytes }),
      });
      constants[name] = standIn(recorder, tf.tensor(data, [...shape], dtype), node);
    }
    const programs = new Map<string, RecordedProgram>();
    for (const [name, program] of Object.entries(def.programs)) {
      programs.set(name, recordProgram(program, graph, recorder, slots, { state, constants }));
    }
    return { index: { state: slots, programs }, nodes: graph.nodes, captured: recorder.captured };
  } finally {
    engine.endScope();
  }
}

/** Every node that a run may feed or fetch. */
export function* namedNodes({ state, programs }: SessionIndex): Iterable<string> {
  for (const { read, write } of state.values()) yield* [read, write.value, write.written];
  for (const { inputs, outputs, updated } of programs.values()) {
    for (const { node } of [...inputs, ...outputs]) yield node;
    if (updated !== undefined) yield updated;
  }
}
