const delayMs = 250;
const jitterMs = 100;

/**
 * How long a NATS client waits between two tries. The client compares with the wall clock when it last tried: after that
 * clock was set back it would wait until the old time comes again, hours maybe, so then it is told not to wait at all.
 */
export function reconnectDelay(): () => number {
  let lastAsked = Number.NEGATIVE_INFINITY;
  return () => {
    const now = Date.now();
    const setBack = now < lastAsked;
    lastAsked = now;
    return setBack ? Number.NEGATIVE_INFINITY : delayMs + Math.random() * jitterMs;
  };
}
