import { AuseqCommand } from './base-command.js';
import { formatValue } from './render/value.js';
import { runWorkerProgram, type WorkerProgram } from './worker-program.js';

type FlagValue = string | number | boolean;
export type ProgramFlags = Record<string, FlagValue | readonly FlagValue[] | undefined>;

/** Commands whose work is done by a worker executable with the same flags. */
export abstract class WorkerCommand extends AuseqCommand {
  protected async runProgram(
    program: WorkerProgram,
    words: readonly string[],
    flags: ProgramFlags,
    output: string,
    text: (value: unknown) => string = formatValue,
  ): Promise<void> {
    this.emit(output, await runWorkerProgram(program, [...words, ...programFlags(flags)]), text);
  }
}

/** `--key value` for what was given (again for each of a list), `--key` for a switch that is on. */
export function programFlags(flags: ProgramFlags): string[] {
  return Object.entries(flags).flatMap(([key, value]) => {
    if (typeof value === 'object') return value.flatMap((one) => [`--${key}`, String(one)]);
    if (value === undefined || value === false || value === '') return [];
    return value === true ? [`--${key}`] : [`--${key}`, String(value)];
  });
}
