import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface TensorflowRuntime {
  version: string;
  /** What the library can compute on; a CUDA library falls back to the CPU where no driver is. */
  device: 'cpu' | 'cuda';
  /** The folder of the library and of the compiled binding. */
  path: string;
}

/** The TensorFlow library that this clone's binding is linked to; null before setup. */
export function tensorflowRuntime(): TensorflowRuntime | null {
  try {
    const binding = bindingPath();
    const path = dirname(realpathSync(binding));
    const ready = JSON.parse(readFileSync(join(path, 'ready.json'), 'utf8')) as { version: string; device: string };
    return { version: ready.version, device: ready.device === 'cuda' ? 'cuda' : 'cpu', path };
  } catch {
    return null;
  }
}

/** Where tfjs-node-gpu loads its binding from: the folder of the highest N-API version that it lists. */
export function bindingPath(): string {
  const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json');
  return join(dirname(manifest), 'lib', 'napi-v8', 'tfjs_binding.node');
}
