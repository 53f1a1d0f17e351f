import type { BivitShape } from '../model/bivit/shape.js';
import { auTokens, streams } from '../model/bivit2/parameters.js';

/** A place where BiViT drops values; `shape` is that of one sequence. */
export interface DropoutSite {
  readonly name: string;
  readonly shape: readonly number[];
}

/** BiViT's dropout places in the order of the forward pass (model-facts §0.1); the order is part of the masks' bits. */
export function dropoutSites(shape: BivitShape): DropoutSite[] {
  const { heads, width, mlp } = shape;
  const tokens = shape.frames + 1;
  const keys = shape.keyPerFrame ? shape.frames : 1;
  const sites: DropoutSite[] = [{ name: 'embedding', shape: [tokens, width] }];
  for (let i = 0; i < shape.layers; i++) {
    const layer = `layers.${i}`;
    sites.push(
      { name: `${layer}.self.attention`, shape: [heads, tokens, tokens] },
      { name: `${layer}.self.out`, shape: [tokens, width] },
      { name: `${layer}.cross.attention`, shape: [heads, tokens, keys] },
      { name: `${layer}.cross.out`, shape: [tokens, width] },
      { name: `${layer}.mlp.hidden`, shape: [tokens, mlp] },
      { name: `${layer}.mlp.out`, shape: [tokens, width] },
    );
  }
  return sites;
}

/** The same of bivit2, whose two streams have their own places. */
export function bivit2Sites(shape: BivitShape): DropoutSite[] {
  const { heads, width, mlp, frames } = shape;
  const counts = { au: auTokens(shape), global: frames };
  const sites = streams.map((stream) => ({ name: `embedding.${stream}`, shape: [counts[stream], width] }));
  for (let i = 0; i < shape.layers; i++) {
    for (const stream of streams) {
      const block = `layers.${i}.${stream}`;
      const own = counts[stream];
      const other = counts[stream === 'au' ? 'global' : 'au'];
      sites.push(
        { name: `${block}.self.attention`, shape: [heads, own, own] },
        { name: `${block}.self.out`, shape: [own, width] },
        { name: `${block}.cross.attention`, shape: [heads, own, other] },
        { name: `${block}.cross.out`, shape: [own, width] },
        { name: `${block}.mlp.hidden`, shape: [own, mlp] },
        { name: `${block}.mlp.out`, shape: [own, width] },
      );
    }
  }
  return sites;
}
