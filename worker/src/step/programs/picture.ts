import { codeSize } from '../../model/codes.js';
import { flameTexture } from '../../model/flame/flame-tex.js';
import { decodeCodes } from '../../model/head.js';
import { renderFaces } from '../../render/srender.js';
import type { ProgramDef } from '../../tensor/session.js';
import { tf } from '../../tensor/tf.js';
import { constantsOf } from '../run-constants.js';
import type { Sizes } from '../sizes.js';
import { coarseInputs, decodeFace } from './face.js';

/** `picture`: what the picture grid shows of a leaf; "old" is the coarse face without BiViT's expression. */
export function pictureProgram(sizes: Sizes): ProgramDef {
  const batch = sizes.leafBatch;
  return {
    inputs: {
      codes: { shape: [batch, codeSize(sizes.head.layout)], dtype: 'float32' },
      pixelFaces: { shape: [batch, sizes.image * sizes.image], dtype: 'int32' },
      ...coarseInputs(batch, sizes.head),
    },
    build(inputs, { constants }) {
      const flame = constantsOf(constants, 'flame');
      const codes = decodeCodes(inputs.codes!, inputs, sizes.head);
      const face = decodeFace(flame, inputs, codes);
      const old = decodeFace(flame, inputs, { exp: tf.zerosLike(codes.exp), pose: inputs.pose! });
      const { image } = renderFaces(flame, {
        vertices: face.vertices,
        projected: face.projected,
        pixelFaces: inputs.pixelFaces!,
        albedo: flameTexture(flame, codes.tex),
        light: codes.light,
        shBasis: codes.shBasis,
        imageSize: sizes.image,
      });
      return {
        outputs: {
          image,
          projected: face.projected,
          vertices: face.vertices,
          landmarks68: face.landmarks68,
          landmarks105: face.landmarks105,
          oldProjected: old.projected,
          oldVertices: old.vertices,
        },
      };
    },
  };
}
