import { faultTimes, type Outcome, type Setting } from './setting.js';

const computeMs = 300;

/** One kill a minute on 4 workers with steps of 300 ms, against the same run on 4 workers without faults. */
export async function benchGoodput({ chaos }: Setting, minutes = 10): Promise<Outcome> {
  const sets = [`train.max_steps=${Math.round((minutes * 60_000) / (computeMs + 20))}`];
  const more = ['--simulate-compute', String(computeMs), '--workers', '4', '--quiet-workers', '4'];
  const plan = Array.from({ length: minutes }, (_, minute) => {
    const seconds = minute * 60 + 10 + Math.round(Math.random() * 40);
    return `{ kind: kill, target: worker-${minute % 4}, at: { seconds: ${seconds} } }`;
  });
  const report = await chaos(plan, sets, more);
  const { verdict, failures, steps_lost, quiet, faulted, efficiency } = report;
  const times = faultTimes(report.faults);
  const result = { minutes, kills: plan.length, verdict, failures, steps_lost, efficiency, ...times, quiet, faulted };
  return { good: verdict === 'PASS', result };
}
