import { type ChaosPlan, type FaultKind, faultKinds, loadChaosPlan } from '@auseq/configs/chaos-plan';
import { randomPlan } from '@auseq/infra/chaos/random-plan';
import { runChaos } from '@auseq/infra/chaos/run-chaos';
import { AuseqError } from '@auseq/proto/errors';
import { Flags } from '@oclif/core';
import { AuseqCommand } from '../../base-command.js';
import { openCoordinatorPort } from '../../chaos/coordinator-port.js';
import { catchInterrupt } from '../../interrupt.js';
import { formatChaos } from '../../render/chaos.js';
import { submittedConfig } from '../../submitted-config.js';

export default class ChaosRun extends AuseqCommand {
  static override summary =
    'run a config quietly, then under faults, on a private cluster of this machine, and score what happened: exit 0 PASS, 6 FAIL';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --config configs/tiny.yml --set dataset.root=data --set assets=assets --plan configs/chaos/one-kill.yaml',
    '<%= config.bin %> <%= command.id %> --config tiny --set dataset.root=data --random 6 --seed 1 --kinds kill,cut --duration 60 --output json',
  ];
  static override flags = {
    config: Flags.string({ description: 'config file or preset of the run', required: true }),
    plan: Flags.string({ description: 'faults to inject (configs/chaos/every-kind.yaml shows the form)' }),
    random: Flags.string({ description: 'faults a minute at seeded random moments, instead of --plan' }),
    seed: Flags.integer({ description: 'of --random', default: 1, min: 0 }),
    kinds: Flags.string({ description: 'kinds for --random, with commas; left out: every kind that can be injected' }),
    duration: Flags.integer({
      description: 'seconds of the run that --random covers',
      default: 60,
      min: 1,
      max: 86_400,
    }),
    workers: Flags.integer({ description: 'workers of the faulted run', default: 2, min: 1, max: 64 }),
    store: Flags.option({ options: ['file', 'minio'] as const })({
      description: 'a folder, or a MinIO server that faults of the network can cut off',
      default: 'file',
    }),
    coordinators: Flags.integer({
      description: 'number of coordinators: one leads, the others stand by',
      default: 1,
      min: 1,
      max: 5,
    }),
    set: Flags.string({
      description: 'override one value: key.path=value (value is YAML)',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    'simulate-compute': Flags.integer({
      description: 'make a step take at least this many ms while all workers are there (train.simulate_compute_ms)',
      min: 0,
    }),
    quiet: Flags.boolean({
      description: 'run the config without faults first, to compare with',
      default: true,
      allowNo: true,
    }),
    'quiet-workers': Flags.integer({ description: 'workers of that run', default: 1, min: 1, max: 64 }),
    'max-steps-lost': Flags.integer({
      description: 'committed steps that all faults together may take back',
      default: 0,
      min: 0,
    }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(ChaosRun);
    const plan = planOf(flags);
    const simulated = flags['simulate-compute'];
    const sets = [...flags.set, ...(simulated === undefined ? [] : [`train.simulate_compute_ms=${simulated}`])];
    const load = (workers: number) => submittedConfig(flags.config, [...sets, `workers=${workers}`]);
    load(flags.workers); // a mistake is told before anything starts
    const interrupt = catchInterrupt(() => this.say('ending the cluster and what it holds'));
    const score = await runChaos({
      plan,
      workers: flags.workers,
      coordinators: flags.coordinators,
      store: flags.store,
      quietWorkers: flags.quiet ? Math.min(flags['quiet-workers'], flags.workers) : 0,
      mostStepsLost: flags['max-steps-lost'],
      allMustHit: flags.plan !== undefined,
      connect: (address) => openCoordinatorPort(address, load, (message) => this.say(message)),
      say: (message) => this.say(message),
      signal: interrupt.signal,
    });
    interrupt.release();
    this.emit(flags.output, { ...score, plan }, formatChaos);
    if (score.verdict === 'FAIL') this.failAfterResult(chaosFailed(score.failures));
  }
}

interface PlanFlags {
  readonly plan?: string | undefined;
  readonly random?: string | undefined;
  readonly seed: number;
  readonly kinds?: string | undefined;
  readonly duration: number;
  readonly workers: number;
  readonly coordinators: number;
  readonly store: 'file' | 'minio';
}

function planOf({ plan, random, seed, kinds, duration, ...cluster }: PlanFlags): ChaosPlan {
  if ((plan === undefined) === (random === undefined)) {
    throw usage('say either --plan or --random', plan === undefined ? 'neither was given' : 'both were given');
  }
  if (plan !== undefined) {
    if (kinds !== undefined) throw usage('--kinds goes with --random', 'a plan names its kinds itself');
    return loadChaosPlan(plan);
  }
  const rate = Number(random);
  if (!(rate > 0 && rate <= 600))
    throw usage(`--random ${random} is no rate`, 'it is a number of faults a minute, up to 600');
  const chosen = kinds === undefined ? faultKinds : kinds.split(',').map(knownKind);
  if (kinds !== undefined && chosen.includes('hang-coordinator') && cluster.coordinators === 1)
    throw usage('--kinds hang-coordinator needs a coordinator that stands by', 'say --coordinators 2');
  return randomPlan({ rate, seed, kinds: chosen, durationSeconds: duration, ...cluster });
}

function knownKind(name: string): FaultKind {
  const kind = faultKinds.find((each) => each === name.trim());
  if (kind) return kind;
  throw usage(`there is no fault of kind ${name}`, `kinds are ${faultKinds.join(', ')}`);
}

function usage(what: string, why: string): AuseqError {
  const hint = 'auseq chaos run --config tiny --plan configs/chaos/one-kill.yaml';
  return new AuseqError('AU_USAGE', { what, why, try: hint });
}

function chaosFailed(failures: readonly string[]): AuseqError {
  return new AuseqError('AU_CHAOS_FAILED', {
    what: 'the run did not come through its faults as it should',
    why: failures.join('; '),
    try: 'save the plan of the report as JSON or YAML and replay it with --plan',
  });
}
