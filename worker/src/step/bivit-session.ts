import type { RunConfig } from '@auseq/configs/schema';
import type { AssetBundle, HostArray, NetworkName } from '../assets/types.js';
import { needsAuScores } from '../loss/compose.js';
import { flameConstants } from '../model/flame/constants.js';
import { auScoreConstants } from '../model/networks/au-scores.js';
import { foldNetwork } from '../model/networks/fold-network.js';
import { startAtCoarse } from '../model/start-at-coarse.js';
import { type CompiledSession, compileSession, type ProgramDef } from '../tensor/session.js';
import { encodeProgram } from './programs/encode.js';
import { frameProgram } from './programs/frame.js';
import { pictureProgram } from './programs/picture.js';
import { superviseProgram } from './programs/supervise.js';
import { applyProgram, gradientProgram, updateProgram } from './programs/update.js';
import { withPrefix } from './run-constants.js';
import type { Sizes } from './sizes.js';
import { trainedNetwork } from './trained-network.js';
import { warmUp } from './warm-up.js';

/** Compiles every program of a run into one session, so that weights and Adam's moments never leave it. */
export function compileBivitSession(
  config: RunConfig,
  sizes: Sizes,
  assets: AssetBundle,
  sync: 'gather' | 'allreduce',
): CompiledSession {
  const network = trainedNetwork(sizes);
  const parameters = network.parameters(sizes.bivit).map(({ name }) => name);
  const weights = startAtCoarse(network.init(sizes.bivit, config.train.seed), sizes.head);
  const update: Record<string, ProgramDef> =
    sync === 'gather'
      ? { update: updateProgram(sizes) }
      : { gradient: gradientProgram(sizes), apply: applyProgram(sizes) };
  const programs: Record<string, ProgramDef> = {
    frame: frameProgram(sizes),
    encode: encodeProgram(sizes, parameters),
    supervise: superviseProgram(sizes, config),
    picture: pictureProgram(sizes),
    ...update,
  };
  const session = compileSession({
    name: 'bivit',
    state: Object.fromEntries(
      [...weights].map(([name, { shape, data }]) => [name, { shape, value: data as Float32Array }]),
    ),
    trainable: parameters,
    constants: frozenConstants(config, sizes, assets),
    precision: config.model.precision,
    programs,
  });
  warmUp(session, programs);
  return session;
}

function frozenConstants(config: RunConfig, sizes: Sizes, assets: AssetBundle): Record<string, HostArray> {
  const networks: NetworkName[] = ['e_flame', 'au_net', 'emotion_net'];
  if (config.loss.id > 0) networks.push('identity_net');
  const scores = needsAuScores(config.loss) ? auScoreConstants(assets, sizes.resnet) : {};
  return Object.assign(
    withPrefix('flame', flameConstants(assets)),
    withPrefix('au_net', scores),
    ...networks.map((name) => withPrefix(name, foldNetwork(name, assets.network(name), sizes.resnet))),
  ) as Record<string, HostArray>;
}
