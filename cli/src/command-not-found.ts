import { nearest } from '@auseq/configs/nearest';
import { AuseqError } from '@auseq/proto/errors';
import type { Hook } from '@oclif/core';

const hook: Hook.CommandNotFound = async ({ id, config }) => {
  const words = id.replaceAll(':', ' ');
  const known = config.commandIDs.map((command) => command.replaceAll(':', ' '));
  const guess = nearest(words, known);
  const [first = ''] = words.split(' ');
  const siblings = known.filter((command) => command.startsWith(`${first} `));
  const choice = siblings.length > 0 ? siblings : [...new Set(known.map((command) => command.split(' ')[0]!))];
  throw new AuseqError('AU_USAGE', {
    what: `there is no command "${words}"`,
    why: guess ? `did you mean "${guess}"?` : `there are ${choice.sort().join(', ')}`,
    try: `auseq ${guess ?? (siblings.length > 0 ? first : '')} --help`.replace('  ', ' '),
  });
};

export default hook;
