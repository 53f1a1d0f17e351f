import { randomInt } from 'node:crypto';
import type { RunHistory } from '@auseq/infra/history/run-history';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import type { RunsServiceImplementation } from '@auseq/proto/gen/auseq/v1/auseq';
import type { JetStreamClient } from 'nats';
import type { Conductor } from '../conductor.js';
import { readEvents } from '../events/read-events.js';
import { readLogs } from '../events/read-logs.js';
import { streamLedger } from '../ledger/stream-ledger.js';
import { keepRecord } from '../records/keep-record.js';
import { findCheckpoint } from '../results/checkpoints.js';
import { checkRunName, nameRun } from '../runs/name-run.js';
import type { RunBook } from '../runs/run-book.js';
import { hasEnded } from '../runs/run-states.js';
import { newRun, resumeChange } from '../runs/submit-run.js';

export interface RunsParts {
  readonly conductor: Conductor;
  readonly book: RunBook;
  readonly store: ObjectStore;
  readonly history: RunHistory;
  readonly stream: JetStreamClient;
}

/** What people ask about runs. */
export function createRunsService({ conductor, book, store, history, stream }: RunsParts): RunsServiceImplementation {
  const ended = (run: string) => () => hasEnded(conductor.record(run).state);
  return {
    submit: ({ name: wished, configJson, configYaml }) =>
      conductor.inTurn(async () => {
        const name = wished === '' ? nameRun(randomInt(2 ** 32)) : wished;
        checkRunName(name);
        if (book.get(name)) throw nameTaken(name);
        const record = newRun(name, configJson, Date.now());
        await store.put(`runs/${name}/config.yaml`, Buffer.from(configYaml));
        await keepRecord(store, record);
        await book.add(record);
        await conductor.place();
        return conductor.view(name);
      }),

    list: async () => ({
      runs: book
        .all()
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
        .map(({ name }) => conductor.view(name)),
    }),

    show: async ({ run }) => conductor.view(run),

    stop: ({ run }) =>
      conductor.inTurn(async () => {
        await conductor.stop(run);
        return conductor.view(run);
      }),

    resume: ({ run, maxSteps, fromStep }) =>
      conductor.inTurn(async () => {
        const record = conductor.record(run);
        const change = resumeChange(record, { maxSteps, fromStep: fromStep < 0 ? null : fromStep }, Date.now());
        if (!hasEnded(record.state)) throw notEnded(run, record.state);
        if (fromStep > 0 && !(await findCheckpoint(store, run, { step: fromStep }))) throw noCheckpoint(run, fromStep);
        await book.change(run, change);
        await conductor.place();
        return conductor.view(run);
      }),

    async *watch({ run, afterSequence }, { signal }) {
      conductor.record(run);
      yield* readEvents(stream, run, afterSequence, ended(run), signal);
    },

    async *logs(query, { signal }) {
      conductor.record(query.run);
      yield* readLogs(store, query, ended(query.run), signal);
    },

    async *ledger({ run }, { signal }) {
      checkRunName(run);
      let lines = 0;
      for await (const line of streamLedger(history, store, run, signal)) {
        lines++;
        yield line;
      }
      if (lines === 0) conductor.record(run); // a run that only the store knows has a ledger too
    },
  };
}

function nameTaken(name: string): AuseqError {
  return new AuseqError('AU_RUN_STATE', {
    what: `there is a run ${name} already`,
    why: 'names are given once',
    try: `auseq runs resume ${name} to go on with it, or another --name`,
  });
}

function notEnded(run: string, state: string): AuseqError {
  return new AuseqError('AU_RUN_STATE', {
    what: `run ${run} cannot be resumed`,
    why: `it is ${state}`,
    try: `auseq runs stop ${run} first`,
    where: run,
  });
}

function noCheckpoint(run: string, step: number): AuseqError {
  return new AuseqError('AU_CHECKPOINT_NOT_FOUND', {
    what: `run ${run} has no whole checkpoint of step ${step}`,
    why: 'it was never written, or not all of its parts are there',
    try: `auseq checkpoints list ${run}`,
    where: run,
  });
}
