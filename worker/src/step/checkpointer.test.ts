import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '@auseq/infra/logging/logger';
import { createCheckpointer } from './checkpointer.js';
import type { CheckpointOrder, StepContext, StepHooks, StoredCheckpoint } from './context.js';
import type { LeafFeatures, StepEngine } from './engine.js';
import { createToyEngine } from './toy-engine.fixture.js';

interface Order extends CheckpointOrder {
  stored(): void;
  fail(error: Error): void;
}

/** A checkpointer over a toy, whose writes end when the test says so. */
function trial() {
  const orders: Order[] = [];
  const events: number[] = [];
  const shares: (CheckpointOrder & { end(error: Error | null): void })[] = [];
  const hooks: Pick<StepHooks, 'writeCheckpoint' | 'shareCheckpoint'> = {
    shareCheckpoint: (order) =>
      new Promise<number>((resolve, reject) => {
        shares.push({ ...order, end: (error) => (error ? reject(error) : resolve(1)) });
      }),
    writeCheckpoint: (order) =>
      new Promise<StoredCheckpoint>((resolve, reject) => {
        const stored = () => resolve({ key: `at ${order.step}`, sha256: '', bytes: 1, wrote: 1 });
        orders.push({ ...order, stored, fail: reject });
      }),
  };
  const context: Pick<StepContext, 'logger' | 'emit'> = {
    logger: createLogger({ role: 'step', destination: { write: () => {} } }),
    emit: (_, { step }) => void events.push(step as number),
  };
  const checkpointer = createCheckpointer(hooks as StepHooks, context as StepContext);
  const engine = createToyEngine({ leaves: 1, parameters: 4, width: 8 });
  return { checkpointer, engine, orders, shares, events };
}

async function advance(engine: StepEngine): Promise<void> {
  const { signal } = new AbortController();
  const features: LeafFeatures = await engine.features(engine.step, 0, signal);
  engine.update(engine.step, [{ features, gradient: await engine.supervise(features, signal) }]);
}

describe('checkpoints beside the step loop', () => {
  it('hold the state of their step though the loop goes on', async () => {
    const { checkpointer, engine, orders, events } = trial();
    await advance(engine);
    const before = engine.snapshot();
    await checkpointer.begin(engine, 1); // returns while it is being stored
    await advance(engine);
    assert.deepEqual(orders[0]!.snapshot, before);
    assert.deepEqual(events, []);
    orders[0]!.stored();
    const finishing = checkpointer.finish(engine, 'end', 1);
    await new Promise(setImmediate);
    orders[1]!.stored();
    assert.equal((await finishing)?.key, 'at 2');
    assert.deepEqual(
      orders.map(({ step, occasion }) => [step, occasion]),
      [
        [1, 'periodic'],
        [2, 'end'],
      ],
    );
    assert.deepEqual(events, [1, 2]);
  });

  it('hold up nothing while one is on its way; of two, one has to arrive (PROTOCOL 22)', async () => {
    const { checkpointer, engine, orders } = trial();
    for (let step = 1; step <= 2; step++) {
      await advance(engine);
      await checkpointer.begin(engine, 1);
    }
    await advance(engine);
    const third = checkpointer.begin(engine, 1);
    await new Promise(setImmediate);
    assert.equal(orders.length, 2, 'a third copy of the state would be too many');
    orders[1]!.stored();
    await third;
    const finishing = checkpointer.finish(engine, 'drain', 1);
    orders[2]!.stored();
    await new Promise(setImmediate);
    orders[0]!.stored();
    assert.equal((await finishing)?.key, 'at 3');
    assert.equal(orders.length, 3, 'one of the same step is not stored twice');
  });

  it('of other members are shares, which stop nothing and may fail; one at a time', async () => {
    const { checkpointer, engine, shares } = trial();
    await advance(engine);
    checkpointer.share(engine, 'periodic', { rank: 2, members: 3 });
    await advance(engine);
    checkpointer.share(engine, 'periodic', { rank: 2, members: 3 }); // the first is still on its way
    assert.deepEqual(
      shares.map(({ step, share }) => [step, share]),
      [[1, { rank: 2, members: 3 }]],
    );
    await checkpointer.settle(5);
    shares[0]!.end(new Error('the store is away'));
    await checkpointer.settle(5_000);
    checkpointer.share(engine, 'end', { rank: 1, members: 2 });
    shares[1]!.end(null);
    await checkpointer.settle(5_000);
    assert.deepEqual(
      shares.map(({ step }) => step),
      [1, 2],
    );
  });

  it('may fail on the way, but not at the end', async () => {
    const { checkpointer, engine, orders, events } = trial();
    await advance(engine);
    await checkpointer.begin(engine, 1);
    orders[0]!.fail(new Error('the store is away'));
    const finishing = checkpointer.finish(engine, 'end', 1);
    await new Promise(setImmediate);
    orders[1]!.fail(new Error('still away'));
    await assert.rejects(finishing, /still away/);
    assert.deepEqual(events, []);
  });
});
