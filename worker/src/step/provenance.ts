import os from 'node:os';
import { tensorflowRuntime } from '@auseq/infra/runtime/tensorflow-runtime';
import type { EngineInputs } from './engine-inputs.js';

/** What the bits of a run depend on, kept in each checkpoint's manifest and compared at resume (PROTOCOL 7, 21). */
export function provenanceOf({ config, assets, manifest }: EngineInputs): Record<string, string> {
  const runtime = tensorflowRuntime();
  return {
    tensorflow: runtime?.version ?? 'unknown',
    device: runtime?.device ?? 'unknown',
    processor: os.cpus()[0]?.model ?? 'unknown',
    threads: String(config.runtime.threads),
    onednn: String(config.runtime.onednn),
    precision: config.model.precision,
    node: process.version,
    assets: assets.sha256,
    assets_kind: assets.kind,
    dataset: manifest.hash,
  };
}
