import { once } from 'node:events';
import { type RunConfig, runConfig } from '@auseq/configs/schema';
import { createLogShipper } from '@auseq/infra/logging/log-shipper';
import { createLogger, tee } from '@auseq/infra/logging/logger';
import { aborted } from '@auseq/infra/runtime/aborted';
import { openStore } from '@auseq/infra/store/open-store';
import { AuseqError } from '@auseq/proto/errors';
import { startComm } from '../sync/comm-client.js';
import type { StepContext, StepProgram, SyncMode } from './context.js';
import { Progress } from './progress.js';
import type { FromStep, ToStep } from './step-messages.js';
import { trainAssignment } from './train-assignment.js';

const assignWithinMs = 30_000;
/** Logs and hooks get this long at the end; the agent kills what stays. */
const closeWithinMs = 10_000;

/**
 * The life of a step process: takes one assignment from its agent, trains one generation, reports, and ends.
 * It ends at once when the agent is gone, so that no process is left behind.
 */
export async function runStepProcess(program: StepProgram): Promise<void> {
  if (!process.send) throw new Error('a step process is started by an agent, which forks it');
  process.once('disconnect', () => process.exit(1));
  process.on('SIGINT', () => {}); // Ctrl-C in a terminal reaches the whole group; the agent decides
  const leave = new AbortController();
  let drain = false;
  process.on('SIGTERM', () => {
    drain = true;
  });
  const proved = new Promise<void>((resolve) => {
    process.on('message', ({ type }: ToStep) => type === 'proved' && resolve());
  });
  process.on('message', (message: ToStep) => {
    if (message.type === 'drain') drain = true;
    if (message.type === 'leave') leave.abort(generationOver());
  });
  const crashed = new Promise<never>((_, reject) => {
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
  });
  crashed.catch(() => {});
  try {
    process.exit(
      await takePart(program, await assignment(), { leave: leave.signal, crashed, drainAsked: () => drain, proved }),
    );
  } catch (error) {
    report({ state: 'failed', step: 0, error: AuseqError.from(error).toJSON() });
    await reported;
    process.exit(1);
  }
}

interface Surroundings {
  readonly leave: AbortSignal;
  readonly crashed: Promise<never>;
  readonly drainAsked: () => boolean;
  readonly proved: Promise<void>;
}

/** Returns the exit code; every failure was reported. */
async function takePart(program: StepProgram, assigned: Assigned, around: Surroundings): Promise<number> {
  const { assignment, worker, natsUrl, storeUrl, device } = assigned;
  const { run, rank, joins } = assignment;
  const config: RunConfig = runConfig.parse(JSON.parse(assignment.configJson));
  const store = await openStore(storeUrl, around.leave);
  const progress = new Progress();
  const shipper = createLogShipper(store, `runs/${run}/logs/${worker}`);
  const logger = createLogger({
    ...{ role: 'step', run, worker, step: () => progress.read().step },
    destination: tee(
      { write: (line) => void process.stderr.write(line) },
      { write: (line) => void shipper.write(line) },
    ),
  });
  let finish: (error: Error) => Promise<void> = async () => {};
  try {
    const { leaves } = config.batch;
    const { min_workers: minWorkers, sync_wire: wire } = config;
    const comm = await startComm({
      ...{ natsUrl, run, worker, leaves, minWorkers, wire, joins, progress, endWithParent: true },
    });
    const context: StepContext = {
      ...{ run, config, worker, isFirst: !joins && rank === 0, device, store, storeUrl, logger },
      sync: assignment.sync as SyncMode,
      signal: AbortSignal.any([around.leave, comm.failed]),
      emit: (kind, fields) => comm.emit(kind, { worker, ...fields }),
    };
    finish = async (error) => {
      await program.hooks.onFinish(error, context);
      await comm.close();
    };
    const { baseCheckpoint } = assignment;
    const { drainAsked, proved } = around;
    const options = { program, context, baseCheckpoint, comm, progress, drainAsked, proved, report };
    await Promise.race([trainAssignment(options), around.crashed, aborted(around.leave)]);
    await comm.close();
    await Promise.all([endLog(shipper), reported]);
    return 0;
  } catch (thrown) {
    const error = AuseqError.from(thrown);
    const { step } = progress.read();
    if (!around.leave.aborted) {
      logger.error({ err: error, code: error.code, hint: error.hint }, error.message);
      report({ state: 'failed', step, error: error.toJSON() });
    }
    await within(
      closeWithinMs,
      finish(error).catch(() => {}),
    );
    await Promise.all([endLog(shipper), reported]);
    return error.exitCode;
  }
}

type Assigned = Extract<ToStep, { type: 'assign' }>;

async function assignment(): Promise<Assigned> {
  const signal = AbortSignal.timeout(assignWithinMs);
  for (;;) {
    const [message] = (await once(process, 'message', { signal })) as [ToStep];
    if (message.type === 'assign') return message;
  }
}

/** Settles when the last report has left this process. */
let reported: Promise<void> = Promise.resolve();

function report(what: Omit<FromStep, 'type'>): void {
  const message: FromStep = { type: 'report', ...what };
  if (!process.connected) return;
  reported = new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

async function endLog(shipper: ReturnType<typeof createLogShipper>): Promise<void> {
  await within(closeWithinMs, new Promise<void>((resolve) => shipper.end(() => resolve())));
}

function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

function generationOver(): AuseqError {
  return new AuseqError('AU_WORKER_LOST', {
    what: 'the generation is over',
    why: 'the coordinator cancelled it',
    try: 'auseq runs list',
  });
}
