import { AuseqError } from '@auseq/proto/errors';
import type { SyncMode } from '@auseq/worker/step/context';
import type { EngineSnapshot, StepEngine } from '@auseq/worker/step/engine';
import { type LoopEnd, runStepLoop } from '@auseq/worker/step/loop';
import { Progress } from '@auseq/worker/step/progress';
import { createToyEngine, toyDigest } from '@auseq/worker/step/toy-engine.fixture';
import { CommNode } from '@auseq/worker/sync/comm-node';
import type { Exchange } from '@auseq/worker/sync/exchange';
import { Regrouped } from '@auseq/worker/sync/regrouped';
import { between, type Random } from './random.js';
import type { SimNetwork } from './sim-network.js';
import { SimProcess } from './sim-process.js';
import type { VirtualClock } from './virtual-clock.js';

export interface SimRun {
  readonly clock: VirtualClock;
  readonly network: SimNetwork;
  readonly random: Random;
  readonly sync: SyncMode;
  readonly hosts: Readonly<Record<string, string>>;
  readonly leaves: number;
  readonly steps: number;
  readonly checkpointEvery: number;
  /** Whole checkpoints, by step. */
  readonly checkpoints: Map<number, EngineSnapshot>;
}

export interface WorkerEvents {
  /** Ready to join, or to come back with the state after the commit of digest `holds`. */
  onReady(worker: SimWorker, holds: string | null): void;
  /** The process has ended; null: as it should. */
  onGone(worker: SimWorker, error: AuseqError | null): void;
}

/** One step process: the real exchange and the real step loop around a toy model, on virtual time. */
export class SimWorker {
  readonly process: SimProcess;
  end: LoopEnd | null = null;
  private engine: StepEngine | null = null;

  constructor(
    readonly name: string,
    private readonly run: SimRun,
    private readonly events: WorkerEvents,
  ) {
    this.process = new SimProcess(name, run.clock);
  }

  /** SHA-256 of weights, moments and step. */
  digest(): string {
    return toyDigest(this.engine!);
  }

  start(joins: boolean, base: EngineSnapshot | null): void {
    void this.work(joins, base).then(
      () => this.gone(null),
      (error) => this.gone(AuseqError.from(error)),
    );
  }

  kill(): void {
    if (this.process.dead) return;
    this.process.kill();
    this.events.onGone(
      this,
      new AuseqError('AU_WORKER_LOST', { what: `${this.name} is lost`, why: 'killed', try: 'wait' }),
    );
  }

  private gone(error: AuseqError | null): void {
    if (this.process.dead) return;
    this.process.kill();
    this.events.onGone(this, error);
  }

  private async work(joins: boolean, base: EngineSnapshot | null): Promise<void> {
    const { clock, network, random, sync, leaves, steps, checkpointEvery, checkpoints } = this.run;
    const { process } = this;
    const progress = new Progress();
    const failure = new AbortController();
    const node = await CommNode.start(
      { natsUrl: '', run: 'sim', worker: this.name, leaves, minWorkers: 1, wire: 'fp32', joins },
      {
        heartbeat: () => ({ worker: this.name, ...progress.read() }),
        onArrival: () => progress.read().phase === 'waiting' && progress.tick(),
        onOutside: (holds) => this.events.onReady(this, holds),
        onFailure: (error) => failure.abort(error),
      },
      network.openOf(process),
      process,
    );
    await process.pause(between(random, 100, 1_500)); // programs are compiled
    const onSupervise = () => process.pause(between(random, 2, 20));
    const engine = createToyEngine({ leaves, parameters: 24, width: 8, onSupervise });
    this.engine = engine;
    if (base && !joins) engine.restore(base);
    this.events.onReady(this, null);
    const store = async () => {
      const snapshot = engine.snapshot();
      await process.pause(between(random, 5, 50));
      checkpoints.set(snapshot.step, snapshot);
    };
    this.end = await runStepLoop({
      ...{ engine, exchange: exchangeOf(node), sync, totalSteps: steps, leafBatch: 1, progress },
      ...{ signal: failure.signal, drainAsked: () => false, now: clock.now },
      onCommit: async ({ isWriter, step }) => {
        if (isWriter && step % checkpointEvery === 0) void store();
      },
      onEnd: store,
    });
    await node.close();
  }
}

/** As the comm client does between threads: calls of an older membership are refused. */
function exchangeOf(node: CommNode): Exchange {
  let generation = 0;
  const inIt = <T>(work: () => Promise<T>): Promise<T> =>
    node.generation === generation ? work() : Promise.reject(new Regrouped());
  return {
    async enter() {
      const entered = await node.enter();
      generation = entered.generation;
      return entered;
    },
    giveState: (step, bytes) => node.generation === generation && node.giveState(step, bytes),
    takeState: (step) => inIt(() => node.takeState(step)),
    offer: (kind, step, leaf, bytes) => node.offer(kind, step, leaf, bytes),
    collect: (kind, step) => inIt(() => node.collect(kind, step)),
    sum: (step, length, subtrees) => inIt(() => node.sum(step, length, subtrees)),
    decide: (ballot) => inIt(() => node.decide(ballot)),
  };
}
