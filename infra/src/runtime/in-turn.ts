/** Runs pieces of work one after another, in the order in which they were given; one that fails stops none of the others. */
export interface Turns {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Given and not yet over. */
  count(): number;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let open = 0;
  return {
    run(work) {
      open++;
      const result = last.then(work).finally(() => {
        open--;
      });
      last = result.catch(() => {});
      return result;
    },
    count: () => open,
  };
}
