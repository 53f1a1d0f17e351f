import { AuseqError } from '@auseq/proto/errors';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import type { LedgerVerdict } from '@auseq/proto/verify-ledger';
import { fields } from './table.js';

/** `step 12  leaf 3  Aff-wild2/masks/clip/1  centre 4  generation 2`: one line a draw. */
export function formatLedgerLine(line: LedgerLine): string {
  const { step, leaf, sequence, centre, generation, rolledBack } = line;
  const parts = [`step ${step}`, `leaf ${leaf}`, sequence, `centre ${centre}`, `generation ${generation}`];
  return [...parts, ...(rolledBack ? ['rolled back'] : [])].join('  ');
}

/** A verdict as `--output json` shows it. */
export function verdictView(run: string, verdict: LedgerVerdict) {
  return {
    run,
    ok: verdict.ok,
    draws: verdict.draws,
    steps: verdict.steps,
    first_step: verdict.firstStep,
    last_step: verdict.lastStep,
    epochs: verdict.epochs,
    generations: verdict.generations,
    rolled_back: verdict.rolledBack,
    problems: verdict.problems,
    further_problems: verdict.furtherProblems,
  };
}

/** The verdict for a person, each problem on a line of its own. */
export function formatVerdict(verdict: LedgerVerdict): string {
  const { ok, draws, steps, firstStep, lastStep, epochs, generations, rolledBack, problems, furtherProblems } = verdict;
  const range = steps === 0 ? '0' : `${steps} (${firstStep} to ${lastStep})`;
  const rows = fields([
    ['ledger', ok ? 'whole: every draw was used exactly once' : 'broken'],
    ['draws', draws],
    ['steps', range],
    ['epochs', epochs],
    ['generations', generations],
    ['rolled back', `${rolledBack} draws`],
  ]);
  const more = furtherProblems > 0 ? [`and ${furtherProblems} more`] : [];
  return [rows, ...problems, ...more].join('\n');
}

/** What `--verify` ends with when something is wrong. */
export function brokenLedger(run: string, { problems, furtherProblems }: LedgerVerdict): AuseqError {
  return new AuseqError('AU_LEDGER_BROKEN', {
    what: `the ledger of run ${run} is not whole`,
    why: `${problems.length + furtherProblems} problems; the first: ${problems[0] ?? 'unknown'}`,
    try: `auseq runs ledger ${run} --output json, around the step that the problem names`,
    where: run,
  });
}
