import os from 'node:os';
import type { RunConfig } from '@auseq/configs/schema';
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
    ...variantOf(config),
  };
}

/** What a reader of the weights must know that their shapes do not tell; nothing for the published model. */
export function variantOf({ model, dataset }: Pick<RunConfig, 'model' | 'dataset'>): { variant?: string } {
  const { network, head, residual, jaw, sh_basis } = model;
  const { windowsize } = dataset;
  if (network === 'bivit' && head === 'OnlyE' && !residual && windowsize === 3) return {};
  return { variant: JSON.stringify({ network, head, residual, jaw, sh_basis, windowsize }) };
}
