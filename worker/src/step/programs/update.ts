import { sizeOf } from '../../model/parameter.js';
import type { ProgramDef } from '../../tensor/session.js';
import { tf } from '../../tensor/tf.js';
import type { Sizes } from '../sizes.js';
import { trainedNetwork } from '../trained-network.js';
import { bivitGradient, bivitGradientInputs } from './bivit-gradient.js';

const namesOf = (sizes: Sizes) =>
  trainedNetwork(sizes)
    .parameters(sizes.bivit)
    .map(({ name }) => name);

/** `update` (gather): the whole batch in leaf order -> exact gradient -> Adam, in one call; nothing but the inputs crosses the bus. */
export function updateProgram(sizes: Sizes): ProgramDef {
  const batch = sizes.leaves * sizes.leafBatch;
  return {
    inputs: bivitGradientInputs(sizes, batch),
    build(inputs, { state }) {
      const gradients = bivitGradient(state, namesOf(sizes), inputs, sizes);
      const squares = Object.values(gradients).map((gradient) => gradient.square().sum());
      return { outputs: { gradient_norm: tf.addN(squares).sqrt() }, adam: { gradients } };
    },
  };
}

/** `gradient` (all-reduce): the flat gradient of one leaf, in state-dict order. */
export function gradientProgram(sizes: Sizes): ProgramDef {
  return {
    inputs: bivitGradientInputs(sizes, sizes.leafBatch),
    build(inputs, { state }) {
      const gradients = bivitGradient(state, namesOf(sizes), inputs, sizes);
      return { outputs: { gradient: tf.concat(namesOf(sizes).map((name) => gradients[name]!.flatten())) } };
    },
  };
}

/** `apply` (all-reduce): Adam with a flat gradient that the workers have summed. */
export function applyProgram(sizes: Sizes): ProgramDef {
  const parameters = trainedNetwork(sizes).parameters(sizes.bivit);
  const total = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    inputs: { gradient: { shape: [total], dtype: 'float32' } },
    build({ gradient }) {
      let start = 0;
      const gradients: Record<string, tf.Tensor> = {};
      for (const { name, shape } of parameters) {
        gradients[name] = gradient!.slice([start], [sizeOf(shape)]).reshape([...shape]);
        start += sizeOf(shape);
      }
      return { outputs: { gradient_norm: gradient!.square().sum().sqrt() }, adam: { gradients } };
    },
  };
}
