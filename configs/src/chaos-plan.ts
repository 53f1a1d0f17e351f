import { readFileSync } from 'node:fs';
import { AuseqError } from '@auseq/proto/errors';
import { z } from 'zod';
import { nearest } from './nearest.js';
import { parseWritten } from './parse-written.js';
import { locateKey, locateValue, type WrittenConfig } from './positions.js';

const worker = z
  .string()
  .regex(/^(rank \d+|worker-\d+)$/, 'a member, as `rank 1` (of the present generation) or `worker-1`');
const place = z
  .string()
  .regex(/^(rank \d+|worker-\d+|coordinator|nats)$/, '`rank 1`, `worker-1`, `coordinator` or `nats`');
const clock = z.string().regex(/^(rank \d+|worker-\d+|coordinator)$/, '`rank 1`, `worker-1` or `coordinator`');
const client = z
  .string()
  .regex(/^(rank \d+|worker-\d+|coordinator|all)$/, '`rank 1`, `worker-1`, `coordinator` or `all`');

const at = z
  .union(
    [z.strictObject({ step: z.int().min(1) }), z.strictObject({ seconds: z.number().min(0) })],
    'a moment: {step: N} (once that step is committed) or {seconds: S} (after the run began to step)',
  )
  .describe('when: once step N is committed, or S seconds after the run began to step');
const seconds = z.number().positive().max(3600);
const from = z
  .enum(['nats', 'coordinator', 'store', 'both', 'all'])
  .default('both')
  .describe('which connections of the target; both = nats and coordinator, all = the store too');

const fault = <Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.strictObject({ kind: z.literal(kind), at, ...shape });

/** One fault: what, to whom, when, and how much of it. */
export const faultSchema = z.discriminatedUnion('kind', [
  fault('kill', { target: worker }),
  fault('kill-agent', { target: worker }),
  fault('stop', { target: place, seconds: seconds.default(3) }),
  fault('hang', { target: worker }),
  fault('kill-coordinator', {}),
  fault('hang-coordinator', {}),
  fault('restart-nats', {}),
  fault('slow-network', {
    target: client.default('all'),
    from,
    seconds: seconds.default(10),
    delay_ms: z.number().min(0).max(60_000).default(0),
    bytes_per_second: z.int().min(0).default(0).describe('0 = no limit'),
  }),
  fault('lost-message', { target: client.default('all'), count: z.int().min(1).max(10_000).default(1) }),
  fault('cut', { target: client.default('all'), from }),
  fault('partition', { target: client, from, seconds: seconds.default(5) }),
  fault('corrupt-frame', { target: client.default('all'), count: z.int().min(1).max(10_000).default(1) }),
  fault('store-error', { seconds: seconds.default(5) }),
  fault('store-slow', { seconds: seconds.default(5), delay_ms: z.number().min(0).max(60_000).default(500) }),
  fault('disk-full', { seconds: seconds.default(5) }),
  fault('clock-jump', { target: clock, seconds: z.number().describe('forward, or back where negative') }),
]);

const planSchema = z.strictObject({ faults: z.array(faultSchema).min(1, 'at least one fault') });

export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];
/** Which connections of a target a fault of the network hits. */
export type From = z.infer<typeof from>;
export type ChaosPlan = z.infer<typeof planSchema>;

export const faultKinds: readonly FaultKind[] = faultSchema.options.map((option) => option.shape.kind.value);

/** Reads a plan of faults. Throws AU_CONFIG_NOT_FOUND, AU_CONFIG_SYNTAX, AU_CONFIG_UNKNOWN_KEY or AU_CONFIG_TYPE, with line and column. */
export function loadChaosPlan(file: string): ChaosPlan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AuseqError('AU_CONFIG_NOT_FOUND', {
      what: `the plan ${file} cannot be read`,
      why: cause instanceof Error ? cause.message : String(cause),
      try: 'a file like configs/chaos/every-kind.yaml',
      cause,
    });
  }
  return parseChaosPlan(file, text);
}

/** A plan from its text; `name` stands in messages. Throws as `loadChaosPlan`. */
export function parseChaosPlan(name: string, text: string): ChaosPlan {
  const written = parseWritten(name, text, []);
  const parsed = planSchema.safeParse(written.doc.toJS() ?? {});
  if (parsed.success) return parsed.data;
  throw planError(written, parsed.error.issues[0]!);
}

function planError(written: WrittenConfig, issue: z.core.$ZodIssue): AuseqError {
  const path = issue.path.join('.') || 'the plan';
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys as [string];
    const guess = nearest(key, knownKeys(written, issue.path));
    return new AuseqError('AU_CONFIG_UNKNOWN_KEY', {
      what: `${written.name} cannot be used`,
      why: `unknown key ${[...issue.path, key].join('.')}${guess ? `, did you mean ${guess}?` : ''}`,
      try: guess ? `write ${guess}` : 'remove it; configs/chaos/every-kind.yaml shows every key',
      where: locateKey(written, issue.path, key),
    });
  }
  const isKind = issue.path.at(-1) === 'kind';
  return new AuseqError('AU_CONFIG_TYPE', {
    what: `${written.name} cannot be used`,
    why: isKind ? `${path}: expected one of ${faultKinds.join(', ')}` : `${path}: ${issue.message}`,
    try: 'configs/chaos/every-kind.yaml shows every kind with its keys',
    where: locateValue(written, issue.path),
  });
}

function knownKeys(written: WrittenConfig, path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return ['faults'];
  const kind = written.doc.getIn([...path.slice(0, 2), 'kind']);
  const option = faultSchema.options.find(({ shape }) => shape.kind.value === kind);
  return path.length === 2 && option ? Object.keys(option.shape) : ['step', 'seconds'];
}
