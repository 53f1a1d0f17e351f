import type { BivitShape } from '../bivit/shape.js';
import type { Parameter } from '../parameter.js';

/** The two streams of tokens: AU vectors (with the class token) and E_flame's features. */
export const streams = ['au', 'global'] as const;
export type Stream = (typeof streams)[number];

/** AU tokens of a window with the class token: one for each AU of each frame. */
export function auTokens({ frames, aus }: BivitShape): number {
  return 1 + frames * aus;
}

/** State-dict names and shapes of bivit2, torch layout (out, in); names that both networks have mean the same. */
export function bivit2Parameters(shape: BivitShape): Parameter[] {
  const { width, mlp, outputs, frames, aus } = shape;
  const inner = shape.heads * shape.headWidth;
  const place = (name: string, ...extents: number[]): Parameter => ({ name, shape: [1, ...extents, width] });
  return [
    place('vit.pos_embedding', frames),
    place('vit.au_embedding', aus),
    place('vit.cls_token', 1),
    ...embedding('vit.embed.au', width, shape.auWidth),
    ...embedding('vit.embed.global', width, shape.globalWidth),
    ...Array.from({ length: shape.layers }, (_, i) =>
      streams.flatMap((stream) => {
        const block = `vit.transformer.layers.${i}.${stream}`;
        return [
          ...norm(`${block}.0.norm`, width),
          matrix(`${block}.0.to_qkv`, 3 * inner, width),
          ...linear(`${block}.0.to_out.0`, width, inner),
          ...norm(`${block}.1.norm`, width),
          matrix(`${block}.1.to_q`, inner, width),
          matrix(`${block}.1.to_kv`, 2 * inner, width),
          ...linear(`${block}.1.to_out.0`, width, inner),
          ...norm(`${block}.2.net.0`, width),
          ...linear(`${block}.2.net.1`, mlp, width),
          ...linear(`${block}.2.net.4`, width, mlp),
        ];
      }),
    ).flat(),
    ...streams.flatMap((stream) => norm(`vit.transformer.norm.${stream}`, width)),
    ...linear('vit.mlp_head', outputs, 2 * width),
  ];
}

function embedding(name: string, width: number, into: number): Parameter[] {
  return [...norm(`${name}.0`, into), ...linear(`${name}.1`, width, into), ...norm(`${name}.2`, width)];
}

const matrix = (name: string, out: number, into: number): Parameter => ({ name: `${name}.weight`, shape: [out, into] });

function linear(name: string, out: number, into: number): Parameter[] {
  return [matrix(name, out, into), { name: `${name}.bias`, shape: [out] }];
}

function norm(name: string, size: number): Parameter[] {
  return [
    { name: `${name}.weight`, shape: [size] },
    { name: `${name}.bias`, shape: [size] },
  ];
}
