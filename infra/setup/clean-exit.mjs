const undo = new Set();

/** Runs `work` at the end of the process, also when it is interrupted; the returned function takes it back. */
export function atExit(work) {
  undo.add(work);
  return () => undo.delete(work);
}

process.on('exit', () => {
  for (const work of undo) work();
});

const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };

/** An interrupted setup ends its children, and removes its lock and its unfinished files. */
export function endOnSignals() {
  const handlers = Object.entries(numbers).map(([signal, number]) => {
    const handler = () => process.exit(128 + number);
    process.once(signal, handler);
    return () => process.removeListener(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}
