import { join } from 'node:path';
import { auseq } from './auseq.js';

export interface TinyInputs {
  readonly data: string;
  readonly assets: string;
}

/** Stand-in assets with small networks and a few synthetic sequences of both sources, made by the real commands. */
export async function makeTinyInputs(folder: string): Promise<TinyInputs> {
  const data = join(folder, 'data');
  const first = join(folder, 'assets-uncalibrated');
  const assets = join(folder, 'assets');
  await expectSuccess(['assets', 'synth', '--out', first, '--preset', 'tiny', '--seed', '1']);
  const synth = ['dataset', 'synth', '--assets', first, '--out', data, '--frames', '6', '--image-size', '64'];
  await expectSuccess([...synth, '--layout', 'mead', '--sequences', '3', '--seed', '1']);
  await expectSuccess([...synth, '--layout', 'affwild2', '--sequences', '3', '--seed', '2']);
  await expectSuccess(['assets', 'synth', '--out', assets, '--preset', 'tiny', '--seed', '1', '--dataset', data]);
  return { data, assets };
}

async function expectSuccess(args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await auseq(args, {}, 300_000);
  if (code !== 0) throw new Error(`auseq ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
}
