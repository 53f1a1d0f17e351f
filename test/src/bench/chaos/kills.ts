import { type ChaosReport, faultTimes, type Outcome, type Setting } from './setting.js';

const kills = 20;
const computeMs = 200;
const steps = 60;

/** Kill -9 of one of two workers at 20 random moments of a run, in a run of its own each time, against one quiet run. */
export async function benchKills({ chaos }: Setting): Promise<Outcome> {
  const reports: ChaosReport[] = [];
  for (let kill = 0; kill < kills; kill++) {
    // A moment, not a step: a step is as likely to be hit at its begin as in its exchange or its commit.
    const seconds = 0.5 + Math.random() * (steps * computeMs * 0.001 - 4);
    const target = `rank ${Math.floor(Math.random() * 2)}`;
    const plan = [`{ kind: kill, target: ${target}, at: { seconds: ${seconds.toFixed(3)} } }`];
    const more = ['--simulate-compute', String(computeMs), ...(kill === 0 ? [] : ['--no-quiet'])];
    reports.push(await chaos(plan, [`train.max_steps=${steps}`], more));
  }
  const quiet = reports[0]!.quiet!.sha256;
  const equal = reports.filter(({ faulted }) => faulted.sha256 !== null && faulted.sha256 === quiet).length;
  const passed = reports.filter(({ verdict }) => verdict === 'PASS').length;
  return {
    good: equal === kills && passed === kills,
    result: {
      ...{ kills, equal_to_quiet: equal, passed, step_ms: computeMs },
      steps_lost: reports.reduce((sum, report) => sum + report.steps_lost, 0),
      ...faultTimes(reports.flatMap(({ faults }) => faults)),
      failures: reports.flatMap(({ failures }) => failures),
    },
  };
}
