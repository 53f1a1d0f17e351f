import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** Sends back what it gets and ends when the client does. */
let echo: Server;
let targetPort = 0;
const proxies: TcpProxy[] = [];

before(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  targetPort = (echo.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
});
after(() => echo.close());

async function proxyTo(port = targetPort): Promise<TcpProxy> {
  const proxy = await startTcpProxy({ host: '127.0.0.1', targetPort: port });
  proxies.push(proxy);
  return proxy;
}

async function connected(port: number): Promise<Socket> {
  const socket = dial({ host: '127.0.0.1', port, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** What comes back when the chunks are sent and the sending side is closed. */
async function roundTrip(port: number, chunks: readonly Uint8Array[]): Promise<Buffer> {
  const socket = await connected(port);
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  for (const chunk of chunks) if (!socket.write(chunk)) await once(socket, 'drain');
  socket.end();
  await once(socket, 'end');
  socket.destroy();
  return Buffer.concat(received);
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 5)))
    if (holds()) return;
  assert.fail(`never came true: ${what}`);
}

describe('a TCP proxy', () => {
  it('passes bytes unchanged in both directions, also delayed and at a limited rate', async () => {
    const proxy = await proxyTo();
    const rules = fc.record({
      delayMs: fc.constantFrom(0, 3),
      bytesPerSecond: fc.constantFrom(0, 200_000),
    });
    const chunks = fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, rules, async (sent, change) => {
        proxy.setRules(change);
        assert.deepEqual(await roundTrip(proxy.port, sent), Buffer.concat(sent));
      }),
      { numRuns: 40 },
    );
  });

  it('passes more than it holds at a time', async () => {
    const proxy = await proxyTo();
    const chunk = Buffer.alloc(1 << 20, 'auseq');
    const sent = Array.from({ length: 40 }, () => chunk);
    assert.ok((await roundTrip(proxy.port, sent)).equals(Buffer.concat(sent)));
  });

  it('holds every byte while it is told to, and loses none', async () => {
    const proxy = await proxyTo();
    const socket = await connected(proxy.port);
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.write('before');
    await eventually('the first bytes are back', () => Buffer.concat(received).toString() === 'before');
    proxy.setRules({ held: true });
    socket.write(' and after');
    const later = await connected(proxy.port); // a connection that begins while nothing gets through
    later.write('x');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(Buffer.concat(received).toString(), 'before');
    proxy.setRules({ held: false });
    await eventually('the rest is back', () => Buffer.concat(received).toString() === 'before and after');
    const [answer] = (await once(later, 'data')) as [Buffer];
    assert.equal(answer.toString(), 'x');
    socket.destroy();
    later.destroy();
  });

  it('cuts one connection and leaves the others', async () => {
    const proxy = await proxyTo();
    const first = await connected(proxy.port);
    await eventually('the first is seen', () => proxy.connections().length === 1);
    const second = await connected(proxy.port);
    await eventually('the second is seen', () => proxy.connections().length === 2);
    const failed = once(first, 'error');
    assert.equal(proxy.cut(proxy.connections()[0]), 1);
    const [error] = (await failed) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
    second.write('alive');
    const [answer] = (await once(second, 'data')) as [Buffer];
    assert.equal(answer.toString(), 'alive');
    second.destroy();
    await eventually('both are forgotten', () => proxy.connections().length === 0);
  });

  it('tells the server of an end that came while bytes were held only after them', async () => {
    const proxy = await proxyTo();
    proxy.setRules({ held: true });
    const socket = await connected(proxy.port);
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.end('last words');
    await eventually('it is seen', () => proxy.connections().length === 1);
    proxy.setRules({ held: false });
    await once(socket, 'end');
    assert.equal(Buffer.concat(received).toString(), 'last words');
    await eventually('it is forgotten', () => proxy.connections().length === 0);
  });

  it('closes the client where the server is not there', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await once(gone.close(), 'close');
    const proxy = await proxyTo(port);
    const socket = await connected(proxy.port);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
    assert.deepEqual(proxy.connections(), []);
  });
});
