import { RunHistory } from '@auseq/infra/history/run-history';
import type { createLogger } from '@auseq/infra/logging/logger';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { openStore } from '@auseq/infra/store/open-store';
import { AuseqError } from '@auseq/proto/errors';
import {
  ClusterDefinition,
  ResultsDefinition,
  RunsDefinition,
  WorkersDefinition,
} from '@auseq/proto/gen/auseq/v1/auseq';
import type { GenerationRecord } from '@auseq/proto/run-records';
import { membershipSubject } from '@auseq/proto/subjects';
import { createServer } from 'nice-grpc';
import { Conductor } from './conductor.js';
import { takeLease } from './lease.js';
import { restoreRecords } from './records/restore-records.js';
import { createResultsService } from './results/results-service.js';
import { Placement } from './runs/place-run.js';
import { RunBook } from './runs/run-book.js';
import { RunStore } from './runs/run-store.js';
import { createClusterService } from './services/cluster-service.js';
import { codedErrors } from './services/coded-errors.js';
import { createRunsService } from './services/runs-service.js';
import { createWorkersService } from './services/workers-service.js';
import { startStoreKeeper } from './store-keeper.js';
import { startWatching } from './watch-members.js';
import { WorkerTable } from './workers/worker-table.js';

export interface CoordinatorOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly natsUrl: string;
  readonly storeUrl: string;
  readonly logger: ReturnType<typeof createLogger>;
  /** Another coordinator leads, or NATS stayed away: this process must end. */
  readonly onFatal: (error: AuseqError) => void;
}

export interface RunningCoordinator {
  readonly address: string;
  /** Runs go on without a coordinator; the next one takes them over. */
  close(): Promise<void>;
}

const connectMs = 30_000;
const largestMessageBytes = 16 * 1024 * 1024;

/** Waits until it leads, reads the runs' records, takes over what is in work, and serves. Throws AU_NATS_UNREACHABLE, AU_STORE_UNREACHABLE. */
export async function startCoordinator(options: CoordinatorOptions): Promise<RunningCoordinator> {
  const { natsUrl, storeUrl, logger, onFatal } = options;
  const store = await openStore(storeUrl, AbortSignal.timeout(connectMs));
  const connection = await connectNats(natsUrl, { name: 'coordinator', timeoutMs: connectMs });
  const lease = await takeLease(connection, { host: options.host, port: options.port, logger, onLost: onFatal });
  const history = await RunHistory.open(connection);
  await history.ensureStream();
  const book = await RunBook.open(await RunStore.open(connection), history);
  await adoptStrays(book, store, logger);
  const workers = new WorkerTable();
  const announce = (record: GenerationRecord) =>
    connection.publish(membershipSubject(record.run), JSON.stringify(record));
  const placement = new Placement({ book, history, store, workers, announce, logger });
  const conductor = new Conductor({ book, workers, placement, logger });
  const watching = startWatching(connection, { conductor, book, lease }, (error) => onFatal(AuseqError.from(error)));
  const runs = () => book.all().map(({ name }) => name);
  const keeper = startStoreKeeper({ connection, history, store, runs, record: (run) => book.get(run), logger });

  const server = createServer({
    'grpc.max_receive_message_length': largestMessageBytes,
    // A worker whose host vanished without closing its connection is noticed by these, not by TCP's own hours.
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.keepalive_permit_without_calls': 1,
  }).use(codedErrors);
  const bound = { address: '' };
  const checkRun = (run: string) => void conductor.record(run);
  server.add(RunsDefinition, createRunsService({ conductor, book, store, history, stream: connection.jetstream() }));
  server.add(ResultsDefinition, createResultsService(store, checkRun));
  server.add(WorkersDefinition, createWorkersService({ conductor, workers, natsUrl, storeUrl }));
  const clusterParts = { workers, book, natsUrl, storeUrl };
  server.add(ClusterDefinition, createClusterService({ ...clusterParts, address: () => bound.address }));
  const port = await server.listen(`${options.host}:${options.port}`);
  bound.address = `${options.host}:${port}`;
  logger.info({ address: bound.address, runs: book.all().length }, 'coordinator serves');
  return {
    address: bound.address,
    async close() {
      watching.close();
      conductor.close();
      server.forceShutdown();
      await keeper.close();
      await lease.close();
      await connection.close();
    },
  };
}

/** Runs whose records were lost with JetStream's data are known again, as far as the store knows them (PROTOCOL 19). */
async function adoptStrays(book: RunBook, store: ObjectStore, logger: CoordinatorOptions['logger']): Promise<void> {
  try {
    const isKnown = (run: string) => book.get(run) !== undefined;
    for (const record of await restoreRecords(store, isKnown, logger, AbortSignal.timeout(connectMs))) {
      book.adopt(record);
      logger.warn({ run: record.name, step: record.step }, record.reason);
    }
  } catch (error) {
    logger.warn({ err: error }, 'the store cannot say which runs it knows');
  }
}
