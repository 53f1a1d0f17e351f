import { auNetForward } from '../../model/networks/au-net.js';
import { eFlameForward } from '../../model/networks/e-flame.js';
import { emotionForward } from '../../model/networks/emotion-net.js';
import type { ProgramDef } from '../../tensor/session.js';
import { constantsOf } from '../run-constants.js';
import type { Sizes } from '../sizes.js';
import { toChannelsLast } from './layout.js';

/** `frame`: one picture [3,S,S] in 0..1 -> everything frozen that is said about it. One frame at a time, so that its bits never depend on a batch. */
export function frameProgram(sizes: Sizes): ProgramDef {
  return {
    inputs: { image: { shape: [3, sizes.image, sizes.image], dtype: 'float32' } },
    build({ image }, { constants }) {
      const picture = toChannelsLast(image!.expandDims(0));
      const { feature, codes } = eFlameForward(constantsOf(constants, 'e_flame'), picture, sizes.resnet);
      return {
        outputs: {
          afn: auNetForward(constantsOf(constants, 'au_net'), picture, sizes.resnet, sizes.rawAuInput),
          global: feature,
          codes,
          emotion: emotionForward(constantsOf(constants, 'emotion_net'), picture, sizes.resnet),
        },
      };
    },
  };
}
