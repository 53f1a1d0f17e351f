import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Variables that give the processes of a cluster a clock whose offsets are in `file`. */
export function clockFaultsEnv(file: string): Record<string, string> {
  const shim = fileURLToPath(new URL('./shift-clock.js', import.meta.url));
  return { AUSEQ_CLOCK_FAULTS: file, NODE_OPTIONS: `--import=${encodeURI(`file://${shim}`)}` };
}

/** Sets the clock of one process (`worker-1`, `coordinator`) forward by so many ms, or back; replaces the file in one move. */
export function jumpClock(file: string, name: string, byMs: number): void {
  let offsets: Record<string, number> = {};
  try {
    offsets = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    // the first jump
  }
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, JSON.stringify({ ...offsets, [name]: (offsets[name] ?? 0) + byMs }));
  renameSync(temporary, file);
}
