import { attr, type Graph, producerOf } from './graph.js';
import { dataType } from './native.js';
import type { ProgramInput } from './program-input.js';
import { assignSlot, type StateSlot } from './session-state.js';

export interface AdamUpdate {
  readonly weight: StateSlot;
  readonly m: StateSlot;
  readonly v: StateSlot;
  readonly gradient: string;
}

export interface Assignment {
  readonly slot: StateSlot;
  readonly value: string;
}

const adamScalars = ['lr', 'beta1', 'beta2', 'epsilon'] as const;
const useLocking = { T: attr.type(dataType.float32), use_locking: attr.bool(true) };

/**
 * Adds the updates of one program, all of them after every node in `computed`; returns what to fetch and the scalars to feed.
 *
 * Whatever reads the old state feeds one of `computed`, so behind them nobody needs it any more: outputs never see a
 * new value, and the updates happen in place instead of on a copy.
 */
export function addUpdates(
  graph: Graph,
  computed: readonly string[],
  adam: readonly AdamUpdate[],
  assignments: readonly Assignment[],
): { updated: string; scalars: ProgramInput[] } {
  const ready = graph.add('NoOp', [], {}, [...new Set(computed.map(producerOf))]);
  const scalars = adam.length === 0 ? [] : adamScalars.map((name) => adamScalar(graph, name));
  const [lr, beta1, beta2, epsilon] = scalars.map(({ node }) => node);
  // The bias corrections are in the fed rate (adamInputs), so the beta powers are zero.
  const power = graph.constant({ dtype: dataType.float32, shape: [], bytes: new Uint8Array(4) });
  const applied = adam.map(({ weight, m, v, gradient }) => {
    const inputs = [weight.handle, m.handle, v.handle, power, power, lr!, beta1!, beta2!, epsilon!, gradient];
    return graph.add('ResourceApplyAdam', inputs, useLocking, [ready]);
  });
  const assigned = assignments.map(({ slot, value }) => assignSlot(graph, slot.handle, value, [ready]));
  return { updated: graph.whenDone([...applied, ...assigned]), scalars };
}

const adamScalar = (graph: Graph, name: string): ProgramInput => ({
  name: `adam/${name}`,
  spec: { shape: [], dtype: 'float32' },
  node: graph.placeholder(dataType.float32, []),
});
