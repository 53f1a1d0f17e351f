import type { CoordinatorMessage, Hello, WorkerInfo } from '@auseq/proto/gen/auseq/v1/auseq';

export type WorkerState = 'attaching' | 'idle' | 'busy' | 'draining' | 'lost';

/** An attached worker agent; `stream` tells two streams of one name apart. */
export interface AttachedWorker {
  readonly stream: number;
  readonly hello: Hello;
  readonly send: (message: CoordinatorMessage['message']) => void;
  state: WorkerState;
  /** The run it was given, while it is busy. */
  run: string;
}

/** The workers that are or were attached, by name. */
export class WorkerTable {
  private readonly workers = new Map<string, AttachedWorker>();

  add(worker: AttachedWorker): void {
    this.workers.set(worker.hello.worker, worker);
  }

  get(name: string): AttachedWorker | undefined {
    const worker = this.workers.get(name);
    return worker?.state === 'lost' ? undefined : worker;
  }

  /** Marks the worker of a closed stream as lost and returns it, unless another stream took its name over. */
  lose(stream: number): AttachedWorker | undefined {
    const worker = [...this.workers.values()].find((each) => each.stream === stream && each.state !== 'lost');
    if (worker) worker.state = 'lost';
    return worker;
  }

  idle(): string[] {
    return this.names(({ state }) => state === 'idle');
  }

  /** Those that will be idle in a moment: they have just come, or the run they were given has ended. */
  settling(hasEnded: (run: string) => boolean): string[] {
    return this.names(({ state, run }) => state === 'attaching' || (state === 'busy' && hasEnded(run)));
  }

  attached(): string[] {
    return this.names(({ state }) => state !== 'lost' && state !== 'draining');
  }

  view(runState: (run: string) => string): WorkerInfo[] {
    return [...this.workers.values()].map(({ hello, state, run }) => {
      const { worker: name, device, host, pid } = hello;
      const shown =
        state === 'busy'
          ? runState(run) === 'starting'
            ? 'starting'
            : 'running'
          : state === 'attaching'
            ? 'starting'
            : state;
      return { name, state: shown, run: state === 'busy' ? run : '', device, host, pid };
    });
  }

  private names(accept: (worker: AttachedWorker) => boolean): string[] {
    return [...this.workers.values()].filter(accept).map(({ hello }) => hello.worker);
  }
}
