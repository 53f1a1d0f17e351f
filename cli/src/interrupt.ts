import { AuseqError } from '@auseq/proto/errors';

export interface Interrupt {
  /** Aborts at the first Ctrl-C (or SIGTERM), with AU_INTERRUPTED as its reason. */
  readonly signal: AbortSignal;
  release(): void;
}

/** Catches Ctrl-C until released: the first is for the command to act on, the second ends the process at once. */
export function catchInterrupt(onFirst?: () => void): Interrupt {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    onFirst?.();
    controller.abort(
      new AuseqError('AU_INTERRUPTED', {
        what: 'interrupted',
        why: 'Ctrl-C was pressed',
        try: 'run the command again',
      }),
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    },
  };
}
