import type { BivitShape } from '../model/bivit/shape.js';

/** A place where BiViT drops values; `shape` is that of one sequence. */
export interface DropoutSite {
  readonly name: string;
  readonly shape: readonly number[];
}

/** BiViT's dropout places in the order of the forward pass (model-facts §0.1); the order is part of the masks' bits. */
export function dropoutSites(shape: BivitShape): DropoutSite[] {
  const { heads, width, mlp } = shape;
  const tokens = shape.frames + 1;
  const sites: DropoutSite[] = [{ name: 'embedding', shape: [tokens, width] }];
  for (let i = 0; i < shape.layers; i++) {
    const layer = `layers.${i}`;
    sites.push(
      { name: `${layer}.self.attention`, shape: [heads, tokens, tokens] },
      { name: `${layer}.self.out`, shape: [tokens, width] },
      { name: `${layer}.cross.attention`, shape: [heads, tokens, 1] },
      { name: `${layer}.cross.out`, shape: [tokens, width] },
      { name: `${layer}.mlp.hidden`, shape: [tokens, mlp] },
      { name: `${layer}.mlp.out`, shape: [tokens, width] },
    );
  }
  return sites;
}
