import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterOptions } from './cluster-options.js';
import { clusterPaths } from './cluster-paths.js';
import { type ClusterPlan, planCluster } from './plan-cluster.js';

const command = (args: readonly string[]) => ({ command: 'node', args });
const plan = (more: Partial<ClusterOptions> = {}): ClusterPlan => {
  const options = { name: 'x', workers: 2, store: 'file', port: 0, device: '', coordinators: 1, ...more };
  return planCluster(
    options,
    clusterPaths('x', { AUSEQ_STATE: '/state' }),
    { coordinators: [70, 80].slice(0, options.coordinators), nats: 40, minio: 90 },
    { nats: command([]), minio: null, coordinator: command, worker: command, guard: command([]) },
    { KEY: 'secret' },
  );
};
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
  const road = (index: number) => ({ nats: `nats://127.0.0.1:4${index}`, store: null });
  const workers = [1, 2].map((index) => ({ ...road(index), coordinators: [`127.0.0.1:7${index}`] }));
  const ports = { coordinators: [70], nats: 40, minio: 90 };
  const detour = { ports, coordinators: [{ ...road(9), env: { CLOCK: 'own' } }], workers, env: { MORE: '1' } };
  const [, coordinator, ...agents] = said(plan({ detour }));
  assert.match(String(coordinator?.[1]), /--grpc-port 70 --nats nats:\/\/127\.0\.0\.1:49 --store file:\/\/\/state\//);
  const env = { KEY: 'secret', MORE: '1' };
  assert.deepEqual(agents, [
    ['worker-0', '--name worker-0 --coordinator 127.0.0.1:71 --nats nats://127.0.0.1:41', env],
    ['worker-1', '--name worker-1 --coordinator 127.0.0.1:72 --nats nats://127.0.0.1:42', env],
  ]);
  assert.deepEqual(coordinator?.[2], { ...env, CLOCK: 'own' });
});

test('a detour leads each client to MinIO too, and each worker to each coordinator', () => {
  const road = (index: number) => ({ nats: `nats://127.0.0.1:4${index}`, store: `http://127.0.0.1:9${index}` });
  const coordinators = [8, 9].map((index) => ({ ...road(index), env: {} }));
  const workers = [1, 2].map((index) => ({
    ...road(index),
    coordinators: [`127.0.0.1:7${index}`, `127.0.0.1:8${index}`],
  }));
  const ports = { coordinators: [70, 80], nats: 40, minio: 90 };
  const detour = { ports, coordinators, workers, env: {} };
  const planned = plan({ store: 'minio', coordinators: 2, detour });
  assert.equal(planned.storeUrl, 's3://auseq?endpoint=http://127.0.0.1:90', 'who watches goes straight');
  assert.equal(planned.coordinator, 'ipv4:127.0.0.1:70,127.0.0.1:80');
  const store = (index: number) => `--store s3://auseq?endpoint=http://127.0.0.1:9${index}`;
  const servers = (index: number) => `--nats nats://127.0.0.1:4${index} ${store(index)}`;
  assert.deepEqual(
    said(planned).map(([name, args]) => [name, args]),
    [
      ['nats', ''],
      ['coordinator', `--grpc-port 70 ${servers(8)} --state-dir /state/clusters/x/coordinator`],
      ['coordinator-1', `--grpc-port 80 ${servers(9)} --state-dir /state/clusters/x/coordinator`],
      ['worker-0', `--name worker-0 --coordinator ipv4:127.0.0.1:71,127.0.0.1:81 ${servers(1)}`],
      ['worker-1', `--name worker-1 --coordinator ipv4:127.0.0.1:72,127.0.0.1:82 ${servers(2)}`],
    ],
  );
});
