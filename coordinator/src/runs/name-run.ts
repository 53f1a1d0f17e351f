import { AuseqError } from '@auseq/proto/errors';

const adjectives = 'brisk calm clear deft early fair glad keen lucid mild neat quick sound sunny swift warm'.split(' ');
const animals = 'crane finch heron ibex lark lynx marten mole otter owl raven robin seal stoat tern wren'.split(' ');

/** A name like `brisk-otter-7f3a` from 32 random bits. */
export function nameRun(random: number): string {
  const adjective = adjectives[random & 15]!;
  const animal = animals[(random >>> 4) & 15]!;
  return `${adjective}-${animal}-${((random >>> 8) & 0xffff).toString(16).padStart(4, '0')}`;
}

/** Throws AU_USAGE for a name that could not be a key, a folder and a subject. */
export function checkRunName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return;
  throw new AuseqError('AU_USAGE', {
    what: `"${name}" cannot name a run`,
    why: 'a name has 1 to 63 lower-case letters, digits and dashes and starts with no dash',
    try: '--name my-first-run, or none: the coordinator finds one',
  });
}
