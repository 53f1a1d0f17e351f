const stillEveryMs = 15_000;

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Says on stderr that a step begins, that it goes on, and how long it took. Only work speaks: a step with nothing to do calls no `working`. */
export async function working(label, work) {
  const start = performance.now();
  process.stderr.write(`setup: ${label} ...\n`);
  const timer = setInterval(() => process.stderr.write(`setup: ${label} ... ${seconds(start)}\n`), stillEveryMs);
  try {
    const result = await work();
    process.stderr.write(`setup: ${label}: ${seconds(start)}\n`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}
