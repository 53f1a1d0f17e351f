import { type HeadName, headCodes, headSize } from '@auseq/configs/heads';
import { AuseqError } from '@auseq/proto/errors';
import { isNdArray } from '../formats/nd-array.js';
import { readTorch } from '../formats/torch.js';
import { bivitParameters, bivitShapes } from '../model/bivit/shape.js';
import { readModelTar } from './read-model-tar.js';

export interface ModelTarDescription {
  /** The run that can go on from it; null where none can. */
  readonly network: {
    readonly preset: keyof typeof bivitShapes;
    readonly head: HeadName;
    readonly frames: number;
    readonly weights: number;
    /** Steps that its Adam has taken. */
    readonly step: number;
  } | null;
  /** Why none can; empty otherwise. */
  readonly problem: string;
}

/**
 * Tells which BiViT a model.tar holds: every key and shape of one of our presets (model-facts §12), with the head and window
 * that its first and last weights say. Never throws for a file that is not so.
 */
export function describeModelTar(data: Uint8Array, path: string): ModelTarDescription {
  try {
    const [tokens, outputs, width] = sizesIn(readTorch(data, path));
    const head = (Object.keys(headCodes) as HeadName[]).find((name) => headSize(name) === outputs);
    const preset = (['legacy', 'tiny'] as const).find((name) => bivitShapes[name].width === width);
    if (!head || !preset) return { network: null, problem: noBivit(outputs, width) };
    const parameters = bivitParameters({ ...bivitShapes[preset], frames: tokens - 1, outputs });
    const { step } = readModelTar(data, path, parameters).snapshot;
    return { network: { preset, head, frames: tokens - 1, weights: parameters.length, step }, problem: '' };
  } catch (error) {
    return { network: null, problem: AuseqError.from(error).why };
  }
}

function noBivit(outputs: number, width: number): string {
  if (Number.isNaN(outputs + width)) return 'its "BiViT" has no vit.pos_embedding and vit.mlp_head.weight';
  return `no head gives ${outputs} codes from a BiViT ${width} wide`;
}

/** Tokens, outputs and width, NaN where the file does not say. */
function sizesIn(file: unknown): [tokens: number, outputs: number, width: number] {
  const bivit: unknown = file instanceof Map ? file.get('BiViT') : undefined;
  const side = (key: string, axis: number): number => {
    const value: unknown = bivit instanceof Map ? (bivit.get(key) ?? bivit.get(`module.${key}`)) : undefined;
    return isNdArray(value) ? (value.shape[axis] ?? Number.NaN) : Number.NaN;
  };
  return [side('vit.pos_embedding', 1), side('vit.mlp_head.weight', 0), side('vit.mlp_head.weight', 1)];
}
