import os from 'node:os';
import { legacySlips } from '@auseq/configs/legacy-slips';
import type { RunConfig } from '@auseq/configs/schema';
import { tensorflowRuntime } from '@auseq/infra/runtime/tensorflow-runtime';
import type { EngineInputs } from './engine-inputs.js';

/** What the bits of a run depend on, kept in each checkpoint's manifest and compared at resume (PROTOCOL 7, 21). */
export function provenanceOf({ config, assets, manifest }: EngineInputs): Record<string, string> {
  return {
    ...machineOf(),
    threads: String(config.runtime.threads),
    onednn: String(config.runtime.onednn),
    precision: config.model.precision,
    node: process.version,
    assets: assets.sha256,
    assets_kind: assets.kind,
    dataset: manifest.hash,
    ...variantOf(config),
    ...slipsOf(config),
  };
}

/** The library and the processor that compute here. */
export function machineOf(): { tensorflow: string; device: string; processor: string } {
  const runtime = tensorflowRuntime();
  return {
    tensorflow: runtime?.version ?? 'unknown',
    device: runtime?.device ?? 'unknown',
    processor: os.cpus()[0]?.model ?? 'unknown',
  };
}

/** What a reader of the weights must know that their shapes do not tell; nothing for the published model. */
export function variantOf({ model, dataset, legacy }: Pick<RunConfig, 'model' | 'dataset' | 'legacy'>): {
  variant?: string;
} {
  const { network, head, residual, jaw } = model;
  const { sh_basis } = legacy;
  const { windowsize } = dataset;
  if (network === 'bivit' && head === 'OnlyE' && !residual && windowsize === 3) return {};
  return { variant: JSON.stringify({ network, head, residual, jaw, sh_basis, windowsize }) };
}

/** The switches of `legacy` where one differs from its default; a checkpoint carries them to whoever reads it. */
function slipsOf({ legacy }: Pick<RunConfig, 'legacy'>): { legacy?: string } {
  const chosen = JSON.stringify(legacy);
  return chosen === JSON.stringify(legacySlips.parse({})) ? {} : { legacy: chosen };
}
