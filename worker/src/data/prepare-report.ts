import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cut } from './frame.js';
import { writeJson } from './manifest-file.js';

/** What became of one video. */
export interface ClipReport {
  readonly video: string;
  readonly frames: number;
  readonly size: { readonly width: number; readonly height: number; readonly pixelAspect: number };
  readonly crop: Cut | null;
  readonly segments: readonly { id: string; split: string; frames: string }[];
  readonly skipped: readonly { frames: string; reason: string }[];
  readonly warnings: readonly string[];
}

const fileName = 'report.json';
const note =
  'Label maps come from the face mesh, which cannot tell hair, ears and glasses: the classes 10 to 13 do not occur.';

/** Sets what is known of one clip in ROOT/report.json, beside what other clips gave. */
export async function writeClipReport(root: string, id: string, report: ClipReport): Promise<string> {
  const path = join(root, fileName);
  await mkdir(root, { recursive: true });
  const text = await readFile(path, 'utf8').catch(() => '{}');
  const clips = (JSON.parse(text) as { clips?: Record<string, ClipReport> }).clips ?? {};
  await writeJson(path, { note, clips: { ...clips, [id]: report } });
  return path;
}
