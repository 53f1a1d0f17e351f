import { AuseqError } from '@auseq/proto/errors';
import { auseqHome } from './auseq-home.js';

export function missingProgram(name: string, command: string): AuseqError {
  return new AuseqError('AU_RUNTIME_MISSING', {
    what: `${name} was not found`,
    why: `it is neither on PATH nor in ${auseqHome()}`,
    try: command,
  });
}
