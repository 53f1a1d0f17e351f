import { join } from 'node:path';
import { auseq } from './auseq.js';

export interface TinyInputs {
  readonly data: string;
  /** Other sequences of the same layout. */
  readonly otherData: string;
  readonly assets: string;
}

/** Stand-in assets with small networks and a few synthetic sequences of both sources, made by the real commands. */
export async function makeTinyInputs(folder: string): Promise<TinyInputs> {
  const data = join(folder, 'data');
  const first = join(folder, 'assets-uncalibrated');
  const assets = join(folder, 'assets');
  await expectSuccess(['assets', 'synth', '--out', first, '--preset', 'tiny', '--seed', '1']);
  const synth = ['dataset', 'synth', '--assets', first, '--frames', '6', '--image-size', '64', '--sequences', '3'];
  await expectSuccess([...synth, '--out', data, '--layout', 'mead', '--seed', '1']);
  await expectSuccess([...synth, '--out', data, '--layout', 'affwild2', '--seed', '2']);
  const otherData = join(folder, 'other-data');
  await expectSuccess([...synth, '--out', otherData, '--layout', 'mead', '--seed', '3']);
  await expectSuccess(['assets', 'synth', '--out', assets, '--preset', 'tiny', '--seed', '1', '--dataset', data]);
  return { data, otherData, assets };
}

async function expectSuccess(args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await auseq(args, {}, 300_000);
  if (code !== 0) throw new Error(`auseq ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
}
