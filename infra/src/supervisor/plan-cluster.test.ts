import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterPaths } from './cluster-paths.js';
import { type ClusterPlan, planCluster } from './plan-cluster.js';

const command = (args: readonly string[]) => ({ command: 'node', args });
const plan = (detour?: Parameters<typeof planCluster>[0]['detour']): ClusterPlan =>
  planCluster(
    { name: 'x', workers: 2, store: 'file', port: 0, device: '', coordinators: 1, detour },
    clusterPaths('x', { AUSEQ_STATE: '/state' }),
    { coordinators: [70], nats: 40, minio: 90 },
    { nats: command([]), minio: null, coordinator: command, worker: command, guard: command([]) },
    { KEY: 'secret' },
  );
const said = ({ stages }: ClusterPlan) => stages.flat().map(({ name, args, env }) => [name, args.join(' '), env ?? {}]);

test('without a detour everybody is told where the servers are', () => {
  const env = { KEY: 'secret' };
  assert.deepEqual(said(plan()), [
    ['nats', '', {}],
    [
      'coordinator',
      '--grpc-port 70 --nats nats://127.0.0.1:40 --store file:///state/clusters/x/store --state-dir /state/clusters/x/coordinator',
      env,
    ],
    ['worker-0', '--name worker-0 --coordinator 127.0.0.1:70', env],
    ['worker-1', '--name worker-1 --coordinator 127.0.0.1:70', env],
  ]);
});

test('with a detour each client has its own road to each server', () => {
  const workers = [1, 2].map((index) => ({ nats: `nats://127.0.0.1:4${index}`, coordinator: `127.0.0.1:7${index}` }));
  const detour = { natsPort: 40, coordinatorNats: 'nats://127.0.0.1:49', workers, env: { MORE: '1' } };
  const [, coordinator, ...agents] = said(plan(detour));
  assert.match(String(coordinator?.[1]), /--grpc-port 70 --nats nats:\/\/127\.0\.0\.1:49 /);
  const env = { KEY: 'secret', MORE: '1' };
  assert.deepEqual(agents, [
    ['worker-0', '--name worker-0 --coordinator 127.0.0.1:71 --nats nats://127.0.0.1:41', env],
    ['worker-1', '--name worker-1 --coordinator 127.0.0.1:72 --nats nats://127.0.0.1:42', env],
  ]);
  assert.deepEqual(coordinator?.[2], env);
});
