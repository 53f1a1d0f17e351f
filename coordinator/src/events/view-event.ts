import type { RunEvent } from '@auseq/proto/gen/auseq/v1/auseq';
import type { HistoryRecord } from '@auseq/proto/run-records';

/** A stored message as the event that people see: commits become `step`, memberships `worker`. Pure. */
export function viewEvent(subject: string, sequence: number, time: Date, json: unknown): RunEvent {
  const base = { sequence, time: time.toISOString() };
  const tokens = subject.split('.');
  if (tokens[2] === 'event') return { ...base, kind: tokens[3] ?? '', json: JSON.stringify(json) };
  const record = json as HistoryRecord;
  if (record.type === 'generation') {
    const { generation, members, baseStep, continues, reason, waitedMs = 0 } = record;
    const workers = members.join(', ');
    const fields = { generation, workers, base_step: baseStep, continues, waited_ms: waitedMs, reason };
    return { ...base, kind: 'worker', json: JSON.stringify(fields) };
  }
  const { step, totalSteps, losses, seconds, sequences, generation } = record;
  const { total, ...others } = losses;
  const rate = seconds > 0 ? sequences / seconds : 0;
  const fields = {
    step,
    max_steps: totalSteps,
    total,
    losses: others,
    seconds,
    sequences_per_second: rate,
    generation,
  };
  return { ...base, kind: 'step', json: JSON.stringify(fields) };
}
