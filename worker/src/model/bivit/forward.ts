import { tf } from '../../tensor/tf.js';
import { crossAttention, selfAttention } from './attention.js';
import { dropout, gelu, layerNorm, linear, type Masks, type Params } from './layers.js';
import type { BivitShape } from './shape.js';

export interface BivitInputs {
  /** [B, frames, 27, A] AUNet vectors, L2-normalised. */
  readonly afn: tf.Tensor;
  /** [B, frames, G] pooled features of E_flame. */
  readonly global: tf.Tensor;
}

/**
 * BiViT (model-facts §0.1): AU tokens of the frames attend to themselves and to the averaged global feature -> codes
 * [B, outputs]. Rows do not depend on each other. `masks` by the names of dropout-sites.ts, each [B, ...site shape];
 * null = no dropout.
 */
export function bivitForward(p: Params, inputs: BivitInputs, shape: BivitShape, masks: Masks): tf.Tensor2D {
  const { frames, width } = shape;
  const batch = inputs.afn.shape[0]!;
  const tokens = linear(p, 'vit.FC_glob', inputs.global);
  const context = shape.keyPerFrame ? tokens : tokens.mean(1, true);
  let x = dropout(masks, 'embedding', embed(p, inputs.afn, shape));
  for (let i = 0; i < shape.layers; i++) {
    const name = `vit.transformer.layers.${i}`;
    const site = `layers.${i}`;
    x = x.add(selfAttention(p, { name: `${name}.0`, site: `${site}.self` }, x, shape, masks));
    x = x.add(crossAttention(p, { name: `${name}.1`, site: `${site}.cross` }, x, context, shape, masks));
    x = x.add(feedForward(p, `${name}.2`, `${site}.mlp`, x, masks));
  }
  // The norm works row by row, so it is enough to apply it to the class token.
  const cls = x.reshape([batch, (frames + 1) * width]).slice([0, 0], [batch, width]);
  return linear(p, 'vit.mlp_head', layerNorm(p, 'vit.transformer.norm', cls)) as tf.Tensor2D;
}

function embed(p: Params, afn: tf.Tensor, shape: BivitShape): tf.Tensor {
  const batch = afn.shape[0]!;
  const flat = afn.reshape([batch, shape.frames, shape.aus * shape.auWidth]);
  const projected = linear(p, 'vit.to_patch_embedding.2', layerNorm(p, 'vit.to_patch_embedding.1', flat));
  const tokens = layerNorm(p, 'vit.to_patch_embedding.3', projected);
  const cls = tf.tile(p['vit.cls_token']!, [batch, 1, 1]);
  return tf.concat([cls, tokens], 1).add(p['vit.pos_embedding']!);
}

/** The position-wise block: norm, two linear layers, exact GELU between them. */
export function feedForward(p: Params, name: string, site: string, x: tf.Tensor, masks: Masks): tf.Tensor {
  const hidden = gelu(linear(p, `${name}.net.1`, layerNorm(p, `${name}.net.0`, x)));
  return dropout(masks, `${site}.out`, linear(p, `${name}.net.4`, dropout(masks, `${site}.hidden`, hidden)));
}
