import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { RunHistory } from '@auseq/infra/history/run-history';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import { startNats } from '@auseq/infra/nats/nats.fixture';
import { readEvents } from './read-events.js';

it('gives every event to a reader that is slower than the broker', async () => {
  const nats = await startNats();
  const connection = await connectNats(nats.url, { name: 'test' });
  const history = await RunHistory.open(connection);
  const count = 1200;
  for (let step = 1; step <= count; step++) await history.publishEvent('slow', 'checkpoint', { step });
  const { signal } = new AbortController();
  const seen: number[] = [];
  for await (const { json } of readEvents(connection.jetstream(), 'slow', 0, () => true, signal)) {
    seen.push((JSON.parse(json) as { step: number }).step);
    if (seen.length % 50 === 0) await pause(20);
  }
  await connection.close();
  await nats.stop();
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_, index) => index + 1),
  );
});
