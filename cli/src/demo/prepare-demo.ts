import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runAuseq } from './run-auseq.js';

/** Change it when `dataset prepare` or the stand-ins change what they write: older prepared data is then left alone. */
const preparation = 'v2';

export interface DemoInputs {
  readonly data: string;
  readonly assets: string;
}

/** The real clip as sequences and the stand-in assets calibrated on it, made once and kept in AUSEQ_HOME. */
export async function prepareDemo(env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<DemoInputs> {
  const home = process.env.AUSEQ_HOME ?? join(homedir(), '.cache', 'auseq');
  const folder = join(home, 'demo', preparation);
  const data = join(folder, 'data');
  if (!existsSync(join(data, 'manifest.json'))) {
    const fetched = await runAuseq({ args: ['dataset', 'fetch-sample', '--output', 'json'], env, signal });
    const { video } = JSON.parse(fetched) as { video: string };
    const layout = ['--layout', 'affwild2', '--id', 'carphone', '--holdout', '0.125'];
    await runAuseq({ args: ['dataset', 'prepare', video, '--out', data, ...layout], env, signal });
  }
  const { hash } = JSON.parse(await readFile(join(data, 'manifest.json'), 'utf8')) as { hash: string };
  const assets = join(folder, `assets-${hash.slice(0, 12)}`);
  if (!existsSync(join(assets, 'assets.json'))) {
    await runAuseq({
      args: ['assets', 'synth', '--out', assets, '--preset', 'legacy', '--dataset', data],
      env,
      signal,
    });
  }
  return { data, assets };
}
