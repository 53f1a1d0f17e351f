import { AuseqError, formatError } from '@auseq/proto/errors';

interface OclifError extends Error {
  oclif?: { exit?: number };
  /** Set by the parser: the user's command line is at fault. */
  parse?: unknown;
}

/** Prints a failure (four lines on stderr, or `{error}` on stdout with `--output json`) and returns the exit code. */
export function reportError(error: unknown, argv: readonly string[]): number {
  const code = (error as { code?: unknown }).code;
  const exit = (error as OclifError).oclif?.exit;
  if (code === 'EEXIT') return exit ?? 0;
  const coded = toCoded(error, argv);
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify({ error: coded.toJSON() })}\n`);
  else process.stderr.write(`${formatError(coded)}\n`);
  if (process.env.DEBUG) process.stderr.write(`${trace(coded)}\n`);
  return coded.exitCode;
}

/** True when the command line asks for JSON; it is read here too since a faulty one is never parsed. */
export function wantsJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === '--output=json' || (word === '--output' && argv[index + 1] === 'json'));
}

/** Advice of the parser that does not hold here (`--set` takes one value each time), or that we give ourselves. */
const parserAside = /^(See more help|Note: --|Alternatively, you can use)/;

function toCoded(error: unknown, argv: readonly string[]): AuseqError {
  if (error instanceof AuseqError) return error;
  const { parse, oclif, message } = error as OclifError;
  if (!parse && oclif?.exit !== 2) return AuseqError.from(error);
  const [what, ...rest] = message.split('\n').filter((line) => line.trim() !== '' && !parserAside.test(line.trim()));
  const command = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0).slice(0, 2);
  return new AuseqError('AU_USAGE', {
    what: what ?? 'the command line is not understood',
    why: rest.map((line) => line.trim()).join('; ') || 'the command does not take this',
    try: `auseq ${[...command, '--help'].join(' ')}`,
    cause: error,
  });
}

function trace(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${trace(error.cause)}` : '';
  return `${error.stack}${cause}`;
}
