import { LiveGeneration } from '@auseq/coordinator/generation';
import { decideWithout, roomFor } from '@auseq/coordinator/runs/decide-members';
import type { RunRecord } from '@auseq/coordinator/runs/run-record';
import { aRun } from '@auseq/coordinator/runs/run-record.fixture';
import { AuseqError } from '@auseq/proto/errors';
import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import { nextGeneration } from '@auseq/proto/next-generation';
import type { GenerationRecord, HistoryRecord } from '@auseq/proto/run-records';
import type { CoordinatorEars } from './sim-network.js';
import { SimProcess } from './sim-process.js';
import { type SimRun, SimWorker } from './sim-worker.js';

const tickMs = 100;

/**
 * A coordinator of one run without gRPC: the real rules of liveness, loss and growth, on virtual time. A killed one comes
 * back knowing only what the history says and which processes its agents have.
 */
export class SimCoordinator implements CoordinatorEars {
  process: SimProcess;
  completed = false;
  private record: RunRecord;
  private live: LiveGeneration | null = null;
  private told: GenerationRecord | null = null;
  private readonly workers = new Map<string, SimWorker>();
  private readonly ready = new Map<SimWorker, string | null>();
  private tail: Promise<void> = Promise.resolve();

  constructor(
    private readonly run: SimRun,
    private readonly names: readonly string[],
  ) {
    this.process = new SimProcess('coordinator', run.clock);
    this.record = aRun({ state: 'running', members: [] }, { workers: names.length, leaves: run.leaves });
    run.network.ears = this;
    this.watch();
    this.inTurn(() => this.begin());
  }

  worker(name: string): SimWorker | undefined {
    return this.workers.get(name);
  }

  /** Ends the coordinator and starts another `ms` later. */
  restart(ms: number): void {
    this.process.kill();
    this.run.clock.after(ms, () => {
      if (!this.process.dead) return; // another is there already
      this.process = new SimProcess('coordinator', this.run.clock);
      this.tail = Promise.resolve();
      this.live = null;
      this.told = null;
      this.record = { ...this.record, joining: this.record.joining.filter((name) => this.workers.has(name)) };
      this.watch();
      this.inTurn(() => this.takeOver());
    });
  }

  onHeartbeat(generation: number, beat: Heartbeat): void {
    if (this.live?.generation === generation) this.live.hear(beat, this.process.now());
  }

  onMembership(record: GenerationRecord): void {
    if (record.generation > this.record.generation) this.adopt(record);
  }

  private watch(): void {
    const { process } = this;
    let last = process.now();
    process.every(tickMs, () => {
      const now = process.now();
      if (now - last > 4 * tickMs) this.live?.excuse(now);
      last = now;
      if (process === this.process) this.inTurn(() => this.check());
    });
  }

  private inTurn(work: () => Promise<void>): void {
    const { process } = this;
    this.tail = this.tail.then(async () => {
      if (!process.dead && !this.completed) await work();
    });
  }

  private adopt({ generation, members }: HistoryRecord): void {
    const joining = this.record.joining.filter((name) => !members.includes(name));
    this.record = { ...this.record, generation, members, joining };
    this.live?.regroup(generation, members, this.process.now());
  }

  private async takeOver(): Promise<void> {
    const last = await this.last();
    if (!last) return this.begin();
    this.adopt(last.record);
    this.live = new LiveGeneration(last.record.generation, last.record.members, this.process.now(), true);
    for (const name of this.record.members) this.live.attached(name);
    for (const name of this.record.members) if (!this.workers.get(name)) await this.lose(name);
  }

  private async check(): Promise<void> {
    const { live, record, told } = this;
    if (!live || record.members.length === 0) return;
    if (told?.generation === live.generation && !live.isKnown) this.run.network.publishMembership(this.process, told);
    const lost = live.lost(this.process.now());
    if (lost?.worker) await this.lose(lost.worker, lost.mayReturn);
    else if (lost) return this.rollBack();
    for (const late of live.tooLate(this.process.now())) this.workers.get(late)?.kill(); // its agent is told to end it
    for (const [worker, ready] of this.ready) {
      if (!this.record.joining.includes(worker.name) || this.workers.get(worker.name) !== worker) continue;
      const holds = ready ? { [worker.name]: ready } : {};
      await this.regroup([...this.record.members, worker.name], [worker.name], holds);
    }
    for (const name of this.names) {
      if (roomFor(this.record) === 0 || this.workers.has(name)) continue;
      this.record = { ...this.record, joining: [...this.record.joining, name] };
      this.start(name, true);
    }
  }

  private onGone(worker: SimWorker, error: AuseqError | null): void {
    if (this.workers.get(worker.name) === worker) this.workers.delete(worker.name);
    this.ready.delete(worker);
    if (worker.end !== null && error === null) this.completed = true; // none leaves before all is stored
    this.run.clock.after(1, () =>
      this.inTurn(async () => {
        if (this.workers.has(worker.name)) return; // noticed already, and replaced
        this.record = { ...this.record, joining: this.record.joining.filter((name) => name !== worker.name) };
        if (this.record.members.includes(worker.name) && worker.end === null) await this.lose(worker.name);
      }),
    );
  }

  private async lose(name: string, mayReturn = false): Promise<void> {
    const error = new AuseqError('AU_WORKER_LOST', { what: `${name} is lost`, why: 'simulated', try: 'wait' });
    const decision = decideWithout(this.record, name, error.toJSON());
    if (decision.kind === 'ends' || !(await this.regroup(decision.members, []))) return this.rollBack();
    const worker = this.workers.get(name);
    if (!worker || !mayReturn) return worker?.kill(); // its agent is told to end it
    this.ready.delete(worker);
    this.live?.letReturn(name, this.process.now());
    this.record = { ...this.record, joining: [...this.record.joining, name] };
  }

  private async regroup(
    members: readonly string[],
    joining: readonly string[],
    holds: Readonly<Record<string, string>> = {},
  ): Promise<boolean> {
    const wish = { members, joining, holds, hosts: this.run.hosts, reason: 'simulated', time: '' };
    const record = await this.append((last) => last && nextGeneration(last, wish));
    if (!record) return false;
    this.told = record;
    this.adopt(record);
    this.run.network.publishMembership(this.process, record);
    return true;
  }

  /** Nobody holds the state any more: all start from the newest whole checkpoint (PROTOCOL 18). */
  private async rollBack(): Promise<void> {
    for (const worker of [...this.workers.values()]) worker.process.kill();
    this.workers.clear();
    this.ready.clear();
    await this.begin();
  }

  private async begin(): Promise<void> {
    const { checkpoints } = this.run;
    const baseStep = Math.max(0, ...checkpoints.keys());
    const members = this.names;
    const record = await this.append((last) => ({
      ...{ type: 'generation', run: 'sim', generation: (last?.generation ?? 0) + 1, members, baseStep },
      hosts: members.map((name) => this.run.hosts[name] ?? ''),
      ...{ continues: false, unhealed: [], baseDigest: null, baseDrain: false, reason: 'simulated', time: '' },
    }));
    this.record = { ...this.record, generation: record!.generation, members, joining: [] };
    this.live = new LiveGeneration(record!.generation, members, this.process.now(), false);
    for (const name of members) this.start(name, false);
  }

  private start(name: string, joins: boolean): void {
    const { checkpoints } = this.run;
    const worker: SimWorker = new SimWorker(name, this.run, {
      onReady: (ready, holds) => this.ready.set(ready, holds),
      onGone: (gone, error) => this.onGone(gone, error),
    });
    this.workers.set(name, worker);
    worker.start(joins, checkpoints.get(Math.max(0, ...checkpoints.keys())) ?? null);
  }

  private async last() {
    for (;;) {
      try {
        return await this.run.network.historyOf(this.process).last('sim');
      } catch {
        await this.process.pause(tickMs);
      }
    }
  }

  private async append(
    next: (last: HistoryRecord | null) => GenerationRecord | null,
  ): Promise<GenerationRecord | null> {
    const history = this.run.network.historyOf(this.process);
    for (;;) {
      const last = await this.last();
      const record = next(last?.record ?? null);
      if (!record) return null;
      try {
        if ((await history.append(record, last?.sequence ?? 0)) !== null) return record;
      } catch {
        await this.process.pause(tickMs);
      }
    }
  }
}
