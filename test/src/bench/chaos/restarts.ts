import type { ChaosReport, Outcome, Setting } from './setting.js';

/** Deaths of the coordinator, restarts of NATS and a store that is away or silent for 30 s, in both modes, each against its quiet run. */
export async function benchRestarts({ chaos }: Setting): Promise<Outcome> {
  const random = (from: number, to: number) => from + Math.floor(Math.random() * (to - from));
  const often = (kind: string) =>
    Array.from({ length: 5 }, (_, index) => `{ kind: ${kind}, at: { step: ${index * 30 + random(5, 20)} } }`);
  const cases: Record<string, readonly string[]> = {
    'coordinator killed 5 times': often('kill-coordinator'),
    'NATS restarted 5 times': often('restart-nats'),
    'store away for 30 s': [`{ kind: store-error, seconds: 30, at: { step: ${random(15, 25)} } }`],
    'store answers nothing for 30 s': [
      `{ kind: store-slow, delay_ms: 60000, seconds: 30, at: { step: ${random(15, 25)} } }`,
    ],
  };
  const reports: Record<string, object> = {};
  let good = true;
  for (const sync of ['gather', 'allreduce'])
    for (const [name, plan] of Object.entries(cases)) {
      const sets = ['train.max_steps=170', 'train.checkpoint_steps=10', `sync=${sync}`];
      const report = await chaos(plan, sets, ['--simulate-compute', '250']);
      good &&= report.verdict === 'PASS' && report.same_bits === true;
      reports[`${sync}, ${name}`] = summary(report);
    }
  return { good, result: reports };
}

function summary({ verdict, failures, same_bits, same_draws, steps_lost, faults }: ChaosReport): object {
  const pauses = faults.flatMap(({ longest_pause_ms: ms }) => ms ?? []);
  return { verdict, failures, same_bits, same_draws, steps_lost, longest_pause_ms: Math.max(...pauses) };
}
