import { gatherRows } from '../model/flame/landmarks.js';
import { tf } from '../tensor/tf.js';
import { barycentrics } from './barycentric.js';
import { detach } from './detach.js';
import { sampleBilinear } from './sample-bilinear.js';
import { type ShBasis, shade } from './sh.js';
import { vertexNormals } from './vertex-normals.js';

export interface RenderInputs {
  readonly vertices: tf.Tensor; // [B,N,3] metres
  readonly projected: tf.Tensor; // [B,N,3]
  /** [B,S*S] int32 from `rasterise`: the one choice that has no gradient. */
  readonly pixelFaces: tf.Tensor;
  readonly albedo: tf.Tensor; // [B,H,W,3]
  readonly light: tf.Tensor; // [B,9,3]
  readonly shBasis: ShBasis;
  readonly imageSize: number;
}

export interface Rendered {
  readonly image: tf.Tensor4D; // [B,S,S,3]
  readonly alpha: tf.Tensor4D; // [B,S,S,1]: 1 where a triangle is
  readonly faceEyeMask: tf.Tensor4D; // [B,S,S,1]: the uv mask, sampled, without a gradient
}

/**
 * SRenderY (model-facts §2.3, §11): image = albedo(uv) x shading(normal) x alpha. Gradients reach vertices through barycentrics
 * (uv, normals) and vertex normals, texture through the albedo, and light; none go through the choice of faces or the mask.
 */
export function renderFaces(c: Readonly<Record<string, tf.Tensor>>, inputs: RenderInputs): Rendered {
  const { vertices, projected, pixelFaces, imageSize } = inputs;
  const batch = pixelFaces.shape[0]!;
  const pixels = imageSize * imageSize;
  const alpha = pixelFaces.greaterEqual(0).cast('float32').reshape([batch, pixels, 1]);
  const face = tf.maximum(pixelFaces, tf.scalar(0, 'int32'));
  const ids = tf.gather(c.faces!, face.cast('int32'));
  const weights = barycentrics(gatherRows(projected, ids), alpha, imageSize).expandDims(-1);

  const uv = tf.gather(c.faceUvs!, face.cast('int32')).reshape([batch, pixels, 3, 2]).mul(weights).sum(2);
  const normals = gatherRows(vertexNormals(vertices, c.faces!), ids).mul(weights).sum(2);
  const image = sampleBilinear(inputs.albedo, uv)
    .mul(shade(normals, inputs.light, inputs.shBasis))
    .mul(alpha);
  const uvMask = tf.tile(c.faceEyeMask!.expandDims(0), [batch, 1, 1, 1]);
  const picture = (tensor: tf.Tensor, channels: number) =>
    tensor.reshape([batch, imageSize, imageSize, channels]) as tf.Tensor4D;
  return {
    image: picture(image, 3),
    alpha: picture(alpha, 1),
    faceEyeMask: picture(sampleBilinear(uvMask, detach(uv)), 1),
  };
}
