/** Time as the exchange sees it; a test gives it another. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls again and again until the returned function is called. */
  every(ms: number, call: () => void): () => void;
  pause(ms: number): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  every(ms, call) {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  },
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
