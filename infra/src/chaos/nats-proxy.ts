import { createFrameEditor, type FrameVerdict } from './nats-frames.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

export interface NatsProxy extends TcpProxy {
  /** The next `count` data-plane messages that pass are dropped or have a byte flipped; tells how many were so far. */
  spoil(verdict: 'drop' | 'flip', count: number): () => number;
}

/** The data plane's blobs; their chunks carry a checksum. A lost message may be any of the generation's. */
const isBlob = (subject: string) => /^au\.[^.]+\.g\d+\.(all|to)\./.test(subject);
const isGeneration = (subject: string) => /^au\.[^.]+\.g\d+\./.test(subject);

/** A proxy in front of NATS that can also spoil single messages, leaving the protocol around them intact. */
export async function startNatsProxy(targetPort: number): Promise<NatsProxy> {
  let wanted = { verdict: 'drop' as 'drop' | 'flip', left: 0 };
  const decide = (subject: string, bytes: number): FrameVerdict => {
    const fits = wanted.verdict === 'flip' ? isBlob(subject) && bytes > 0 : isGeneration(subject);
    if (wanted.left === 0 || !fits) return 'keep';
    wanted.left--;
    return wanted.verdict;
  };
  const proxy = await startTcpProxy({ host: '127.0.0.1', targetPort, edit: () => createFrameEditor(decide) });
  return {
    ...proxy,
    spoil(verdict, count) {
      const own = { verdict, left: count };
      wanted = own;
      return () => count - own.left;
    },
  };
}
