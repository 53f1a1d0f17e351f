import type { StatusView } from '../cluster-view.js';
import { paintState } from './style.js';
import { fields, table } from './table.js';

/** A cluster: where it is, its processes, and what its workers do. */
export function formatStatus(view: StatusView): string {
  const head = fields([
    ['cluster', view.cluster],
    ['state', paintState(view.state)],
    ['coordinator', view.coordinator],
    ['nats', view.nats],
    ['store', view.store],
    ['leader', view.leader],
  ]);
  const busy = new Map(view.workers.map(({ name, state, run }) => [name, run ? `${state} ${run}` : state]));
  const rows = view.processes.map((process) => [
    process.role,
    process.name,
    process.pid || '-',
    process.address,
    paintState(process.state),
    process.restarts,
    busy.get(process.name) ?? '',
  ]);
  return `${head}\n\n${table(['ROLE', 'NAME', 'PID', 'ADDRESS', 'STATE', 'RESTARTS', 'DOES'], rows)}`;
}
