import type { ChaosPlan } from '@auseq/configs/chaos-plan';
import type { ChaosScore, FaultScore, RunCheckpoints, RunLedger, RunScore } from '@auseq/infra/chaos/score';
import { fields, table } from './table.js';

/** A chaos report for a person: the faults as a table, then what the runs were worth, then the plan to replay. */
export function formatChaos(score: ChaosScore & { readonly plan: ChaosPlan }): string {
  const { quiet, faulted, commits, ledger, same_draws, plan } = score;
  const header = [
    'fault',
    'target',
    'step',
    'at s',
    'detect ms',
    're-form ms',
    'commit ms',
    'whole ms',
    'pause ms',
    'lost',
    'goes on',
    'noticed',
  ];
  const list = (steps: readonly number[]) => (steps.length === 0 ? 'none' : steps.join(', '));
  return [
    table(header, score.faults.map(faultRow)),
    '',
    fields([
      ...(quiet ? ([['quiet run', runLine(quiet)]] as const) : []),
      ['faulted run', runLine(faulted)],
      [
        'goodput',
        score.efficiency === null
          ? ''
          : `${(100 * score.efficiency).toFixed(1)} % of the quiet run's steps a worker-second`,
      ],
      ['weights', score.same_bits === null ? 'not compared' : score.same_bits ? 'the same bits' : 'DIFFERENT'],
      ['sha256', faulted.sha256 ?? 'none'],
      [
        'commits',
        `${commits.commits} to step ${commits.lastStep}; gaps: ${list(commits.gaps)}; twice: ${list(commits.repeats)}; rolled back: ${commits.rolledBack}`,
      ],
      ['ledger', ledgerLine(ledger, same_draws)],
      ['checkpoints', checkpointsLine(score.checkpoints)],
      ['steps lost', score.steps_lost],
    ]),
    '',
    'plan (for --plan):',
    'faults:',
    ...plan.faults.map((fault) => `  - ${JSON.stringify(fault)}`),
    '',
    score.verdict,
    ...score.failures.map((failure) => `  ${failure}`),
  ].join('\n');
}

function faultRow(fault: FaultScore): (string | number)[] {
  const ms = (value: number | null) => (value === null ? '-' : Math.round(value));
  return [
    fault.kind,
    fault.target,
    ms(fault.step),
    fault.seconds === null ? '-' : fault.seconds.toFixed(1),
    ms(fault.detect_ms),
    ms(fault.reform_ms),
    ms(fault.first_commit_ms),
    ms(fault.whole_again_ms),
    ms(fault.longest_pause_ms),
    fault.steps_lost,
    fault.step === null ? '-' : fault.went_on ? 'yes' : 'NO',
    fault.noticed.length > 70 ? `${fault.noticed.slice(0, 67)}...` : fault.noticed,
  ];
}

function ledgerLine({ ok, draws, problems }: RunLedger, sameDraws: boolean | null): string {
  const compared = sameDraws === null ? '' : sameDraws ? ', those of the quiet run' : ', NOT those of the quiet run';
  return `${ok ? 'whole' : `BROKEN (${problems[0] ?? ''})`}: ${draws} draws${compared}`;
}

function checkpointsLine({ whole, damaged }: RunCheckpoints): string {
  const read = `${whole.length} read again and whole`;
  return damaged.length === 0 ? read : `${read}; DAMAGED: ${damaged.join('; ')}`;
}

function runLine({ state, steps, workers, seconds, goodput }: RunScore): string {
  return `${state}, ${steps} steps on ${workers} worker${workers === 1 ? '' : 's'} in ${seconds.toFixed(1)} s: ${goodput.toFixed(2)} steps a worker-second`;
}
