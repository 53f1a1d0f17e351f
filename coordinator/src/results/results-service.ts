import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import type { ResultsServiceImplementation } from '@auseq/proto/gen/auseq/v1/auseq';
import { listCheckpoints } from './checkpoints.js';

/** gRPC refuses messages above 4 MiB by default; half a megabyte keeps the stream smooth. */
const chunkBytes = 512 * 1024;

/** Stored things as streams of bytes; only what lies under the run's own folder can be asked for. */
export function createResultsService(
  store: ObjectStore,
  checkRun: (run: string) => void,
): ResultsServiceImplementation {
  return {
    async listCheckpoints({ run }, { signal }) {
      checkRun(run);
      return { checkpoints: await listCheckpoints(store, run, signal) };
    },
    async listObjects({ run, prefix }, { signal }) {
      checkRun(run);
      const objects = [];
      for await (const { key, bytes } of store.list(`runs/${run}/${prefix}`, signal)) objects.push({ key, bytes });
      return { objects };
    },
    async *pullObject({ run, key }, { signal }) {
      checkRun(run);
      if (!key.startsWith(`runs/${run}/`)) throw foreignKey(run, key);
      for await (const bytes of await store.getStream(key, signal)) {
        for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield { data: bytes.subarray(at, at + chunkBytes) };
      }
    },
  };
}

function foreignKey(run: string, key: string): AuseqError {
  return new AuseqError('AU_STORE_KEY', {
    what: `${key} is no object of run ${run}`,
    why: `the keys of a run begin with runs/${run}/`,
    try: `auseq checkpoints list ${run}`,
  });
}
