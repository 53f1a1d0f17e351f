import type { Parameter } from '../parameter.js';

/** Sizes of BiViT (model-facts §0.1): tokens = frames + 1 class token. */
export interface BivitShape {
  readonly frames: number;
  readonly aus: number;
  /** Width of one AU vector. */
  readonly auWidth: number;
  /** Width of E_flame's pooled feature. */
  readonly globalWidth: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly headWidth: number;
  readonly mlp: number;
  readonly outputs: number;
  /** Cross attention to a token of each frame instead of to their average, where queries and keys never learn (model-facts §0.7 slip 8). */
  readonly keyPerFrame?: boolean;
}

export const bivitShapes = {
  legacy: {
    frames: 3,
    aus: 27,
    auWidth: 512,
    globalWidth: 2048,
    width: 512,
    layers: 6,
    heads: 4,
    headWidth: 64,
    mlp: 1024,
    outputs: 127,
  },
  tiny: {
    frames: 3,
    aus: 27,
    auWidth: 16,
    globalWidth: 64,
    width: 32,
    layers: 2,
    heads: 2,
    headWidth: 16,
    mlp: 64,
    outputs: 127,
  },
} as const satisfies Record<string, BivitShape>;

/** State-dict names and shapes in the order of model.tar's optimiser (model-facts §12); torch layout (out, in). */
export function bivitParameters(shape: BivitShape): Parameter[] {
  const { width, mlp, outputs, globalWidth } = shape;
  const flat = shape.aus * shape.auWidth;
  const inner = shape.heads * shape.headWidth;
  const list: Parameter[] = [
    { name: 'vit.pos_embedding', shape: [1, shape.frames + 1, width] },
    { name: 'vit.cls_token', shape: [1, 1, width] },
  ];
  const matrix = (name: string, out: number, into: number) => list.push({ name: `${name}.weight`, shape: [out, into] });
  const linear = (name: string, out: number, into: number) => {
    matrix(name, out, into);
    list.push({ name: `${name}.bias`, shape: [out] });
  };
  const norm = (name: string, size: number) =>
    list.push({ name: `${name}.weight`, shape: [size] }, { name: `${name}.bias`, shape: [size] });

  linear('vit.FC_glob', width, globalWidth);
  norm('vit.to_patch_embedding.1', flat);
  linear('vit.to_patch_embedding.2', width, flat);
  norm('vit.to_patch_embedding.3', width);
  norm('vit.transformer.norm', width);
  for (let i = 0; i < shape.layers; i++) {
    const layer = `vit.transformer.layers.${i}`;
    norm(`${layer}.0.norm`, width);
    matrix(`${layer}.0.to_qkv`, 3 * inner, width);
    linear(`${layer}.0.to_out.0`, width, inner);
    norm(`${layer}.1.norm`, width);
    matrix(`${layer}.1.to_q`, inner, width);
    matrix(`${layer}.1.to_kv`, 2 * inner, width);
    linear(`${layer}.1.to_out.0`, width, inner);
    norm(`${layer}.2.net.0`, width);
    linear(`${layer}.2.net.1`, mlp, width);
    linear(`${layer}.2.net.4`, width, mlp);
  }
  linear('vit.mlp_head', outputs, width);
  return list;
}
