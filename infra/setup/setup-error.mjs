/** What a person must know when setup cannot go on: what, why, what to try. */
export class SetupError extends Error {
  constructor(what, why, hint) {
    super(what);
    this.why = why;
    this.hint = hint;
  }
}

const setupFailed = 11;

/** Four lines for what was foreseen, the trace for what was not; returns the exit code. */
export function reportFailure(error) {
  if (!(error instanceof SetupError)) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  }
  process.stderr.write(`\n${error.message}\n${error.why}\ntry: ${error.hint}\nAU_SETUP\n`);
  return setupFailed;
}
