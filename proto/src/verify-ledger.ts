import type { LedgerLine } from './gen/auseq/v1/auseq.js';

/** What the ledger of a run must be; what is left out is taken from its first whole step. */
export interface LedgerExpectation {
  /** Leaves of a step. */
  readonly leaves?: number | undefined;
  /** Draws of a leaf. */
  readonly batchSize?: number | undefined;
  /** The last step, for a run that has ended. */
  readonly totalSteps?: number | undefined;
  /** Steps that were taken before the run (0 by default); null: the first line says it. */
  readonly resumedFrom?: number | null | undefined;
}

export interface LedgerVerdict {
  readonly ok: boolean;
  /** Draws that count: those that were rolled back do not. */
  readonly draws: number;
  readonly steps: number;
  /** Null without draws. */
  readonly firstStep: number | null;
  readonly lastStep: number | null;
  /** Passes over the data, begun ones included. */
  readonly epochs: number;
  readonly generations: number;
  /** Draws of steps that a later membership began before. */
  readonly rolledBack: number;
  /** Sentences that name step and draw. */
  readonly problems: readonly string[];
  /** Problems beyond those. */
  readonly furtherProblems: number;
}

const shownProblems = 100;
const isHash = (text: string) => /^[0-9a-f]{64}$/.test(text);

/**
 * Checks that every draw was used exactly once: steps without gap, each of the same leaves in order; list positions
 * without gap across epochs of one length; each (sequence, copy) at most once an epoch; the same bytes whenever the same
 * frames were read. Lines come in the order of commits; what was rolled back must be whole too (PROTOCOL 3 and 12). Pure.
 */
export async function verifyLedger(
  lines: Iterable<LedgerLine> | AsyncIterable<LedgerLine>,
  expected: LedgerExpectation,
): Promise<LedgerVerdict> {
  const size = { leaves: expected.leaves ?? null, batch: expected.batchSize ?? null };
  const problems: string[] = [];
  let problemCount = 0;
  const report = (line: LedgerLine, why: string) => {
    problemCount++;
    if (problems.length < shownProblems) problems.push(`${nameOf(line)}: ${why}`);
  };
  let previous: LedgerLine | null = null;
  let live: LedgerLine | null = null;
  let firstStep: number | null = null;
  let epochLength: number | null = null;
  let uses = new Set<string>();
  const hashes = new Map<string, string>();
  /** What was rolled back, by place in the list: a replay uses the same. */
  const undone = new Map<string, string>();
  const generations = new Set<number>();
  const count = { draws: 0, steps: 0, epochs: 0, rolledBack: 0 };

  const checkFields = (line: LedgerLine) => {
    if (line.sequence === '') report(line, 'it names no sequence');
    if (!isHash(line.contentHash)) report(line, `its content hash "${line.contentHash}" is no SHA-256`);
    const frames = `${line.centre} ${line.sequence}`;
    const before = hashes.get(frames);
    if (before === undefined) hashes.set(frames, line.contentHash);
    else if (before !== line.contentHash)
      report(line, `${line.sequence} around frame ${line.centre} had other bytes than before`);
  };

  const checkFirst = (line: LedgerLine) => {
    const { resumedFrom = 0 } = expected;
    if (line.leaf !== 0 || line.index !== 0) report(line, 'the draws before it in its step are missing');
    if (resumedFrom !== null && line.step !== resumedFrom + 1)
      report(line, `the first step should be ${resumedFrom + 1}`);
    if (resumedFrom === 0 && (line.epoch !== 0 || line.position !== 0))
      report(line, `it uses ${listPlace(line)}, but the list begins with epoch 0, position 0`);
  };

  const checkPlace = (before: LedgerLine, line: LedgerLine) => {
    const { step, leaf, index } = before;
    if (line.step === step && line.leaf === leaf && line.index === index) return report(line, 'it is there twice');
    const stepEnds = size.leaves === null ? line.step !== step : leaf + 1 >= size.leaves;
    const leafEnds = size.batch === null ? line.leaf !== leaf || line.step !== step : index + 1 >= size.batch;
    const next = { step, leaf, index: index + 1 };
    if (leafEnds) Object.assign(next, { leaf: leaf + 1, index: 0 });
    if (leafEnds && stepEnds) Object.assign(next, { step: step + 1, leaf: 0 });
    if (line.step !== next.step || line.leaf !== next.leaf || line.index !== next.index)
      return report(line, `it follows ${nameOf(before)}, where ${nameOf(next)} should`);
    if (leafEnds) size.batch ??= index + 1;
    if (leafEnds && stepEnds) size.leaves ??= leaf + 1;
  };

  const checkList = (before: LedgerLine, line: LedgerLine) => {
    const follows = line.epoch === before.epoch && line.position === before.position + 1;
    const begins = line.epoch === before.epoch + 1 && line.position === 0;
    if (!follows && !begins) return report(line, `it uses ${listPlace(line)} directly after ${listPlace(before)}`);
    if (begins) {
      epochLength ??= before.position + 1;
      if (before.position + 1 !== epochLength)
        report(line, `epoch ${before.epoch} ended after ${before.position + 1} draws, others have ${epochLength}`);
    } else if (epochLength !== null && line.position >= epochLength)
      report(line, `it uses ${listPlace(line)}, but an epoch has ${epochLength} draws`);
  };

  const checkEnd = (line: LedgerLine, what: string) => {
    const whole = (size.leaves ?? line.leaf + 1) === line.leaf + 1 && (size.batch ?? line.index + 1) === line.index + 1;
    if (!whole) report(line, `it is the last draw ${what}, but its step has more`);
  };

  const checkMembership = (before: LedgerLine, line: LedgerLine) => {
    const sameStep = line.step === before.step && line.incarnation === before.incarnation;
    if (line.generation < before.generation || (sameStep && line.generation !== before.generation))
      report(line, `generation ${line.generation} follows generation ${before.generation}`);
    if (line.incarnation === before.incarnation) return;
    const rollbacks = line.incarnation - before.incarnation; // each opened a generation
    if (rollbacks < 0 || line.generation < before.generation + rollbacks)
      report(line, `incarnation ${line.incarnation} follows incarnation ${before.incarnation}`);
    if (line.step > before.step || line.leaf !== 0 || line.index !== 0)
      report(line, `a rollback cannot lead from step ${before.step} to here`);
    checkEnd(before, 'before a rollback');
  };

  for await (const line of lines) {
    checkFields(line);
    generations.add(line.generation);
    if (!previous) {
      checkFirst(line);
      if (line.incarnation !== 0) report(line, `incarnation ${line.incarnation} is the first one`);
    } else {
      checkMembership(previous, line);
      if (line.incarnation === previous.incarnation) {
        checkPlace(previous, line);
        checkList(previous, line);
      }
    }
    const used = `${line.sequence}, copy ${line.copy}, frame ${line.centre}`;
    const before = undone.get(listPlace(line));
    if (before !== undefined && before !== used)
      report(line, `it uses ${used}, but before the rollback ${listPlace(line)} was ${before}`);
    if (line.rolledBack) {
      count.rolledBack++;
      undone.set(listPlace(line), used);
    } else {
      const isChecked = live === previous && line.incarnation === (previous?.incarnation ?? line.incarnation);
      if (!live && previous) checkFirst(line);
      else if (live && !isChecked) {
        checkPlace(live, line);
        checkList(live, line);
      }
      count.draws++;
      if (line.step !== live?.step) count.steps++;
      if (line.epoch !== live?.epoch) {
        count.epochs++;
        uses = new Set();
      }
      const use = `${line.copy} ${line.sequence}`;
      if (uses.has(use)) report(line, `copy ${line.copy} of ${line.sequence} was used before in epoch ${line.epoch}`);
      uses.add(use);
      firstStep ??= line.step;
      live = line;
    }
    previous = line;
  }
  if (previous && previous !== live) checkEnd(previous, 'of all');
  if (live) checkEnd(live, 'that counts');
  const lastStep = live?.step ?? null;
  if (expected.totalSteps !== undefined && expected.totalSteps !== (lastStep ?? expected.resumedFrom ?? 0)) {
    problemCount++;
    problems.push(`the run took ${expected.totalSteps} steps, the ledger ends with step ${lastStep ?? 'none'}`);
  }
  return {
    ok: problemCount === 0,
    ...{ draws: count.draws, steps: count.steps, firstStep, lastStep, epochs: count.epochs },
    ...{ generations: generations.size, rolledBack: count.rolledBack },
    ...{ problems, furtherProblems: problemCount - problems.length },
  };
}

function nameOf({ step, leaf, index }: Pick<LedgerLine, 'step' | 'leaf' | 'index'>): string {
  return `step ${step}, leaf ${leaf}, draw ${index}`;
}

function listPlace({ epoch, position }: LedgerLine): string {
  return `epoch ${epoch}, position ${position}`;
}
