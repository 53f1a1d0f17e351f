import { AuseqError } from '@auseq/proto/errors';
import { loadGraph } from './load-graph.js';
import { constantBytes, lowerGraph } from './lower-graph.js';
import { matchInputs } from './match-inputs.js';
import { nativeBackend } from './native.js';
import type { SessionDef, SessionReport, TypedArray } from './program.js';
import { namedNodes, recordSession, type SessionIndex } from './record-session.js';
import { type Feed, runSession } from './run-session.js';
import { initialState, sizeOf, stateError } from './session-state.js';

export type {
  Bf16Op,
  ProgramBody,
  ProgramDef,
  ProgramScope,
  SessionDef,
  SessionReport,
  TensorSpec,
  TypedArray,
} from './program.js';

/** Programs that share state and constants in one TensorFlow session. Every call blocks until TensorFlow is done. */
export interface CompiledSession {
  /** Runs a program once, in one native call. Outputs are fresh arrays, computed from the state before its update. */
  run(program: string, inputs: Readonly<Record<string, TypedArray>>): Record<string, TypedArray>;
  /** Copies of the named states (all without names, `m/` and `v/` moments included), in that order. */
  readState(names?: readonly string[]): Map<string, Float32Array>;
  /** Replaces the given states and leaves the others. */
  writeState(values: ReadonlyMap<string, Float32Array>): void;
  /** Frees the session; any later call fails with AU_PROGRAM_DISPOSED. */
  dispose(): void;
  readonly report: SessionReport;
}

/**
 * Records the programs of a session and loads them as one TensorFlow graph.
 * Errors: AU_RECORDING_READ, AU_RECORDING_OP, AU_PROGRAM_INPUT (names, shapes), AU_PROGRAM_SIZE (2 GiB).
 */
export function compileSession(def: SessionDef): CompiledSession {
  const start = performance.now();
  const initial = initialState(def);
  const recorded = recordSession(def, initial);
  const nodes = lowerGraph(recorded.nodes, namedNodes(recorded.index), def);
  const loadStart = performance.now();
  const session = new LoadedSession(def.name, recorded.index, loadGraph(def.name, nodes), {
    nodes: nodes.length,
    constantBytes: constantBytes(nodes),
    captured: recorded.captured,
    recordMs: loadStart - start,
    loadMs: performance.now() - loadStart,
  });
  try {
    session.writeState(new Map([...initial].map(([name, { value }]) => [name, value])));
    return session;
  } catch (error) {
    session.dispose();
    throw error;
  }
}

class LoadedSession implements CompiledSession {
  private model: number | undefined;

  constructor(
    private readonly name: string,
    private readonly index: SessionIndex,
    model: number,
    readonly report: SessionReport,
  ) {
    this.model = model;
  }

  run(program: string, inputs: Readonly<Record<string, TypedArray>>): Record<string, TypedArray> {
    const recorded = this.index.programs.get(program);
    if (!recorded) throw unknownProgram(this.name, program, [...this.index.programs.keys()]);
    const feeds = matchInputs(program, recorded.inputs, inputs);
    const fetches = recorded.outputs.map(({ node }) => node);
    if (recorded.updated !== undefined) fetches.push(recorded.updated);
    const arrays = this.call(program, feeds, fetches);
    return Object.fromEntries(recorded.outputs.map(({ name }, index) => [name, arrays[index]!]));
  }

  readState(names: readonly string[] = [...this.index.state.keys()]): Map<string, Float32Array> {
    const arrays = this.call(
      'read',
      [],
      names.map((name) => this.slot(name).read),
    );
    return new Map(names.map((name, index) => [name, arrays[index] as Float32Array]));
  }

  writeState(values: ReadonlyMap<string, Float32Array>): void {
    const fetches: string[] = [];
    const feeds: Feed[] = [];
    for (const [name, data] of values) {
      const { shape, write } = this.slot(name);
      if (!(data instanceof Float32Array) || data.length !== sizeOf(shape)) {
        throw stateError(this.name, name, `cannot take ${data.length} values: its shape is [${shape}]`);
      }
      feeds.push({ node: write.value, spec: { shape, dtype: 'float32' }, data });
      fetches.push(write.written);
    }
    this.call('write', feeds, fetches);
  }

  dispose(): void {
    if (this.model !== undefined) nativeBackend().binding.deleteSavedModel(this.model);
    this.model = undefined;
  }

  private slot(name: string) {
    const slot = this.index.state.get(name);
    if (!slot) throw stateError(this.name, name, 'does not exist');
    return slot;
  }

  private call(program: string, feeds: readonly Feed[], fetches: readonly string[]): TypedArray[] {
    if (this.model === undefined) throw disposed(this.name);
    if (fetches.length === 0) return [];
    try {
      return runSession(this.model, feeds, fetches);
    } catch (cause) {
      throw failedRun(this.name, program, cause);
    }
  }
}

const unknownProgram = (session: string, program: string, known: readonly string[]) =>
  new AuseqError('AU_PROGRAM_INPUT', {
    what: `session "${session}" has no program "${program}"`,
    why: `it has ${known.join(', ')}`,
    try: 'name one of these',
  });

const disposed = (session: string) =>
  new AuseqError('AU_PROGRAM_DISPOSED', {
    what: `session "${session}" was used after it was disposed`,
    why: 'its TensorFlow graph and its state are gone',
    try: 'dispose it after its last use, or compile it again',
  });

const failedRun = (session: string, program: string, cause: unknown) =>
  new AuseqError('AU_PROGRAM_FAILED', {
    what: `TensorFlow could not run "${program}" of session "${session}"`,
    why: cause instanceof Error ? cause.message : String(cause),
    try: 'look for the named operation in the program; an index out of range or exhausted memory are the usual causes',
    cause,
  });
