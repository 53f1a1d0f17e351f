import type { CoordinatorPort } from '@auseq/infra/chaos/run-chaos';
import { drawsDigest } from '@auseq/proto/draws-digest';
import { verifyLedger } from '@auseq/proto/verify-ledger';
import { connectCoordinator } from '../client.js';
import { ledgerExpectation } from '../ledger-expectation.js';
import { eventView } from '../render/event.js';
import type { submittedConfig } from '../submitted-config.js';
import { verifyCheckpoint } from '../verify-checkpoint.js';
import { waitForWorkers } from '../wait-for-workers.js';
import { watchRun } from '../watch-run.js';

/** A coordinator that hangs is left for the next one before many steps have gone by. */
const quickKeepalive = { everyMs: 1_000, timeoutMs: 2_000 };

/** The coordinator of a chaos cluster, asked as every other command asks; `load` gives the config for a number of workers. */
export async function openCoordinatorPort(
  address: string,
  load: (workers: number) => ReturnType<typeof submittedConfig>,
  say: (message: string) => void,
): Promise<CoordinatorPort> {
  const client = await connectCoordinator(address, quickKeepalive);
  return {
    workersAttach: (cluster, workers, signal) => waitForWorkers(cluster, address, workers, signal),
    async submit(name, workers) {
      const { yaml, config } = load(workers);
      await client.runs.submit({ configYaml: yaml, configJson: JSON.stringify(config), name });
    },
    async follow(name, onEvent, signal) {
      const { state, reason, step } = await watchRun(client, name, {
        onEvent(event) {
          const { time, kind, json: fields } = eventView(event);
          onEvent({ time, kind, fields });
        },
        onLost: say,
        signal,
      });
      return { state, reason, step };
    },
    async digest(name, step) {
      const { checkpoints } = await client.results.listCheckpoints({ run: name });
      return checkpoints.find((each) => each.complete && each.step === step)?.sha256 ?? null;
    },
    async ledger(name) {
      const run = await client.runs.show({ run: name });
      const { lines, digest } = drawsDigest(client.runs.ledger({ run: name }));
      const { ok, draws, problems } = await verifyLedger(lines, ledgerExpectation(run));
      return { ok, draws, problems, sha256: digest() };
    },
    async checkpoints(name, signal) {
      const { checkpoints } = await client.results.listCheckpoints({ run: name });
      const whole: number[] = [];
      const damaged: string[] = [];
      for (const checkpoint of checkpoints) {
        const { step, whole: isWhole, wrong } = await verifyCheckpoint(client, name, checkpoint, signal, () => {});
        if (isWhole) whole.push(step);
        else damaged.push(`step ${step}: ${wrong}`);
      }
      return { whole, damaged };
    },
    close: () => client.close(),
  };
}
