import type { ClusterServiceImplementation } from '@auseq/proto/gen/auseq/v1/auseq';
import { protocolVersion } from '@auseq/proto/protocol';
import type { RunBook } from '../runs/run-book.js';
import type { WorkerTable } from '../workers/worker-table.js';

export interface ClusterParts {
  readonly workers: WorkerTable;
  readonly book: RunBook;
  readonly address: () => string;
  readonly natsUrl: string;
  readonly storeUrl: string;
}

/** The state of the cluster as the coordinator sees it. */
export function createClusterService(parts: ClusterParts): ClusterServiceImplementation {
  const { workers, book, address, natsUrl, storeUrl } = parts;
  return {
    status: async () => ({
      protocolVersion,
      leader: address(),
      workers: workers.view((run) => book.get(run)?.state ?? ''),
      nats: natsUrl,
      store: storeUrl,
    }),
  };
}
