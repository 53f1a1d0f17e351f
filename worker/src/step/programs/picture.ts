import type { RunConfig } from '@auseq/configs/schema';
import { bivitCodeLayout, codeSize, decomposeCode } from '../../model/codes.js';
import { flameTexture } from '../../model/flame/flame-tex.js';
import { renderFaces } from '../../render/srender.js';
import type { ProgramDef } from '../../tensor/session.js';
import { tf } from '../../tensor/tf.js';
import { constantsOf } from '../run-constants.js';
import type { Sizes } from '../sizes.js';
import { coarseInputs, decodeFace } from './face.js';

/** `picture`: what the picture grid shows of a leaf; "old" is the coarse face without BiViT's expression. */
export function pictureProgram(sizes: Sizes, config: RunConfig): ProgramDef {
  const batch = sizes.leafBatch;
  return {
    inputs: {
      codes: { shape: [batch, codeSize(bivitCodeLayout)], dtype: 'float32' },
      pixelFaces: { shape: [batch, sizes.image * sizes.image], dtype: 'int32' },
      ...coarseInputs(batch),
    },
    build(inputs, { constants }) {
      const flame = constantsOf(constants, 'flame');
      const { exp, tex, light } = decomposeCode(inputs.codes!, bivitCodeLayout);
      const face = decodeFace(flame, inputs, exp!);
      const old = decodeFace(flame, inputs, tf.zerosLike(exp!));
      const { image } = renderFaces(flame, {
        vertices: face.vertices,
        projected: face.projected,
        pixelFaces: inputs.pixelFaces!,
        albedo: flameTexture(flame, tex!),
        light: light!,
        shBasis: config.model.sh_basis,
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
