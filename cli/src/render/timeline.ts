import type { MembershipChange, RunTimeline } from '@auseq/proto/run-timeline';
import { table } from './table.js';

/** One line for each membership, then the state of the line of commits. */
export function formatTimeline({ changes, verdict }: RunTimeline): string {
  if (changes.length === 0) return 'no membership has begun yet';
  const header = ['noticed', 'gen', 'change', 're-formed', 'first commit', 'lost', 'reason'];
  const { commits, lastStep, gaps, repeats, rolledBack } = verdict;
  const faults = [
    gaps.length > 0 ? `no commit of ${gaps.join(', ')}` : 'no gap',
    repeats.length > 0 ? `twice: ${repeats.join(', ')}` : 'none twice',
    `${rolledBack} rolled back`,
  ];
  return [table(header, changes.map(line)), '', `${commits} commits to step ${lastStep}: ${faults.join(', ')}`].join(
    '\n',
  );
}

function line(change: MembershipChange): (string | number)[] {
  const { generation, detectedAt, reformedAt, firstCommitAt, firstCommitStep, stepsLost, reason } = change;
  const start = detectedAt ?? reformedAt;
  const after = (at: number) => `+${Math.max(0, Math.round(at - start))} ms`;
  return [
    new Date(start).toISOString().slice(11, 23),
    generation,
    changeOf(change),
    detectedAt === null ? '-' : after(reformedAt),
    firstCommitAt === null ? 'none' : `${after(firstCommitAt)}, step ${firstCommitStep}`,
    stepsLost,
    reason,
  ];
}

function changeOf({ workers, joined, left, continues, detectedAt }: MembershipChange): string {
  if (detectedAt === null) return workers.join(', ');
  const parts = [...joined.map((name) => `+${name}`), ...left.map((name) => `-${name}`)];
  if (!continues) parts.push(`again ${workers.join(', ')}`);
  return parts.join(' ');
}
