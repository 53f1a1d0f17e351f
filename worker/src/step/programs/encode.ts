import { decodeCodes } from '../../model/head.js';
import type { ProgramDef } from '../../tensor/session.js';
import { constantsOf } from '../run-constants.js';
import type { Sizes } from '../sizes.js';
import { trainedNetwork } from '../trained-network.js';
import { coarseInputs, decodeFace } from './face.js';
import { maskInputs, masksOf } from './masks.js';

/** `encode`: frozen features -> BiViT -> codes, and the projected vertices that the rasteriser needs. One leaf at a time. */
export function encodeProgram(sizes: Sizes, parameters: readonly string[]): ProgramDef {
  const { frames, aus, auWidth, globalWidth } = sizes.bivit;
  const batch = sizes.leafBatch;
  return {
    inputs: {
      afn: { shape: [batch, frames, aus, auWidth], dtype: 'float32' },
      global: { shape: [batch, frames, globalWidth], dtype: 'float32' },
      ...coarseInputs(batch, sizes.head),
      ...maskInputs(sizes, batch),
    },
    build(inputs, { state, constants }) {
      const params = Object.fromEntries(parameters.map((name) => [name, state[name]!]));
      const codes = trainedNetwork(sizes).forward(
        params,
        { afn: inputs.afn!, global: inputs.global! },
        sizes.bivit,
        masksOf(inputs),
      );
      const face = decodeFace(constantsOf(constants, 'flame'), inputs, decodeCodes(codes, inputs, sizes.head));
      return { outputs: { codes, projected: face.projected } };
    },
  };
}
