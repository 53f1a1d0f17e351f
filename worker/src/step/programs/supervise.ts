import type { RunConfig } from '@auseq/configs/schema';
import { codeSize } from '../../model/codes.js';
import { decodeCodes } from '../../model/head.js';
import { featureWidth } from '../../model/networks/resnet-shape.js';
import type { ProgramDef, TensorSpec } from '../../tensor/session.js';
import { tf } from '../../tensor/tf.js';
import type { Sizes } from '../sizes.js';
import { coarseInputs } from './face.js';
import { lossTerms } from './loss-terms.js';

/** What the losses compare with: the middle frame's picture, points, mask, and what the frozen networks said of it. */
export function targetInputs(sizes: Sizes): Record<string, TensorSpec> {
  const batch = sizes.leafBatch;
  const side = sizes.image;
  const picture = [batch, 3, side, side];
  return {
    image: { shape: picture, dtype: 'float32' },
    mask: { shape: picture, dtype: 'float32' },
    landmark: { shape: [batch, 68, 3], dtype: 'float32' },
    landmarkDense: { shape: [batch, 105, 3], dtype: 'float32' },
    auTarget: { shape: [batch, sizes.bivit.aus, sizes.bivit.auWidth], dtype: 'float32' },
    emotionTarget: { shape: [batch, featureWidth(sizes.resnet)], dtype: 'float32' },
  };
}

/**
 * `supervise`: codes as the leaf of the graph -> FLAME -> render -> losses -> dL/dcodes, as many numbers a sequence as the head has (127 as published).
 * The gradient is divided by the number of leaves, so that the sum over leaves is the gradient of the batch's mean loss.
 */
export function superviseProgram(sizes: Sizes, config: RunConfig): ProgramDef {
  const batch = sizes.leafBatch;
  return {
    inputs: {
      codes: { shape: [batch, codeSize(sizes.head.layout)], dtype: 'float32' },
      pixelFaces: { shape: [batch, sizes.image * sizes.image], dtype: 'int32' },
      ...coarseInputs(batch, sizes.head),
      ...targetInputs(sizes),
    },
    build(inputs, { constants }) {
      let terms: Record<string, tf.Tensor> = {};
      const totalOf = (codes: tf.Tensor) => {
        const result = lossTerms(decodeCodes(codes, inputs, sizes.head), inputs, constants, sizes, config);
        // The gradient's own bookkeeping would dispose of what is not its value.
        terms = Object.fromEntries(Object.entries(result.terms).map(([name, term]) => [name, tf.keep(term)]));
        return result.total.div(sizes.leaves) as tf.Scalar;
      };
      const { value, grad } = tf.valueAndGrad(totalOf)(inputs.codes!);
      return { outputs: { dcodes: grad, total: value.mul(sizes.leaves), ...terms } };
    },
  };
}
