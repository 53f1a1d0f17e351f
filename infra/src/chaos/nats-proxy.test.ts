import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectNats } from '../nats/connect-nats.js';
import { startNats } from '../nats/nats.fixture.js';
import { startNatsProxy } from './nats-proxy.js';

test('a real client works through the proxy; only the messages that are to be spoilt are', async () => {
  const nats = await startNats();
  const proxy = await startNatsProxy(Number(new URL(nats.url).port));
  const sender = await connectNats(`nats://127.0.0.1:${proxy.port}`, { name: 'sender' });
  const receiver = await connectNats(nats.url, { name: 'receiver' });
  try {
    const received: [string, string][] = [];
    receiver.subscribe('>', {
      callback: (error, { subject, data }) => {
        if (!error) received.push([subject, Buffer.from(data).toString('latin1')]);
      },
    });
    await receiver.flush();
    const send = async (subject: string, text: string) => {
      sender.publish(subject, Buffer.from(text));
      await sender.flush();
      await receiver.flush();
    };
    await send('au.r.g1.all.features.0.0', 'aaa');
    const flipped = proxy.spoil('flip', 1);
    await send('au.r.g1.vote', 'bbb'); // no blob: it has no checksum that would notice
    await send('au.r.g1.all.features.0.1', 'ccc');
    await send('au.r.g1.all.features.0.2', 'ddd');
    assert.equal(flipped(), 1);
    const dropped = proxy.spoil('drop', 1);
    await send('run.r.commit', 'eee'); // no data plane
    await send('au.r.g1.vote', 'fff');
    await send('au.r.g1.vote', 'ggg');
    assert.equal(dropped(), 1);
    assert.deepEqual(received, [
      ['au.r.g1.all.features.0.0', 'aaa'],
      ['au.r.g1.vote', 'bbb'],
      ['au.r.g1.all.features.0.1', `c${String.fromCharCode('c'.charCodeAt(0) ^ 0xff)}c`],
      ['au.r.g1.all.features.0.2', 'ddd'],
      ['run.r.commit', 'eee'],
      ['au.r.g1.vote', 'ggg'],
    ]);
  } finally {
    await sender.close();
    await receiver.close();
    await proxy.close();
    await nats.stop();
  }
});
