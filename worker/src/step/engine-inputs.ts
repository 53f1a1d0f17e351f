import type { RunConfig } from '@auseq/configs/schema';
import type { AssetBundle } from '../assets/types.js';
import type { DatasetManifest, SampleLoader } from '../data/types.js';
import type { CoarseSequence } from '../fit/coarse-codes.js';

/** Everything an engine is made from; all of it is the same on every worker of a run. */
export interface EngineInputs {
  readonly config: RunConfig;
  readonly assets: AssetBundle;
  readonly manifest: DatasetManifest;
  readonly loader: SampleLoader;
  /** Shape, cam and pose of every frame, by sequence id: fitted to the landmarks, or empty with `coarse: e_flame`. */
  readonly coarse: ReadonlyMap<string, CoarseSequence>;
  /** Where frozen features are kept between runs; null = only in memory. */
  readonly featureCache: string | null;
}
