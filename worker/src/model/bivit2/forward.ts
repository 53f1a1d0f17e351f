import { tf } from '../../tensor/tf.js';
import { crossAttention, selfAttention } from '../bivit/attention.js';
import { type BivitInputs, feedForward } from '../bivit/forward.js';
import { dropout, layerNorm, linear, type Masks, type Params } from '../bivit/layers.js';
import type { BivitShape } from '../bivit/shape.js';
import { auTokens, type Stream, streams } from './parameters.js';

/**
 * bivit2, our own design: codes [B, outputs] from a token for each AU of each frame (nothing is flattened) and one for
 * each frame's global feature. In each layer both streams attend to themselves, then to each other (both read what the
 * other was before), so queries and keys of the cross attention learn (model-facts §0.7 slip 8). The head reads the class
 * token and the global token of the supervised middle frame.
 */
export function bivit2Forward(p: Params, inputs: BivitInputs, shape: BivitShape, masks: Masks): tf.Tensor2D {
  const batch = inputs.afn.shape[0]!;
  const { frames, width } = shape;
  let x: Record<Stream, tf.Tensor> = {
    au: dropout(masks, 'embedding.au', embedAus(p, inputs.afn, shape)),
    global: dropout(masks, 'embedding.global', embed(p, 'global', inputs.global).add(p['vit.pos_embedding']!)),
  };
  for (let i = 0; i < shape.layers; i++) {
    const block = (stream: Stream) => `vit.transformer.layers.${i}.${stream}`;
    const site = (stream: Stream) => `layers.${i}.${stream}`;
    x = eachStream((stream) => {
      const place = { name: `${block(stream)}.0`, site: `${site(stream)}.self` };
      return x[stream].add(selfAttention(p, place, x[stream], shape, masks));
    });
    const before = x;
    x = eachStream((stream) => {
      const place = { name: `${block(stream)}.1`, site: `${site(stream)}.cross` };
      const other = before[stream === 'au' ? 'global' : 'au'];
      return before[stream].add(crossAttention(p, place, before[stream], other, shape, masks));
    });
    x = eachStream((stream) =>
      x[stream].add(feedForward(p, `${block(stream)}.2`, `${site(stream)}.mlp`, x[stream], masks)),
    );
  }
  const token = (stream: Stream, tokens: number, index: number) => {
    const row = x[stream].reshape([batch, tokens * width]).slice([0, index * width], [batch, width]);
    return layerNorm(p, `vit.transformer.norm.${stream}`, row);
  };
  const read = tf.concat([token('au', auTokens(shape), 0), token('global', frames, (frames - 1) / 2)], 1);
  return linear(p, 'vit.mlp_head', read) as tf.Tensor2D;
}

function eachStream(of: (stream: Stream) => tf.Tensor): Record<Stream, tf.Tensor> {
  return Object.fromEntries(streams.map((stream) => [stream, of(stream)])) as Record<Stream, tf.Tensor>;
}

/** [B,W,27,A] -> class token and W x 27 tokens, each with its AU's and its frame's embedding. */
function embedAus(p: Params, afn: tf.Tensor, { frames, aus, width }: BivitShape): tf.Tensor {
  const batch = afn.shape[0]!;
  const tokens = embed(p, 'au', afn)
    .add(p['vit.au_embedding']!.reshape([1, 1, aus, width]))
    .add(p['vit.pos_embedding']!.reshape([1, frames, 1, width]));
  const cls = tf.tile(p['vit.cls_token']!, [batch, 1, 1]);
  return tf.concat([cls, tokens.reshape([batch, frames * aus, width])], 1);
}

function embed(p: Params, stream: Stream, features: tf.Tensor): tf.Tensor {
  const name = `vit.embed.${stream}`;
  return layerNorm(p, `${name}.2`, linear(p, `${name}.1`, layerNorm(p, `${name}.0`, features)));
}
