import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { WorkerCommand } from '../../worker-command.js';

export default class AssetsSynth extends WorkerCommand {
  static override summary =
    'make stand-ins for the licensed files (head model, texture, frozen networks) in their real shapes';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --out assets --dataset data',
    '<%= config.bin %> <%= command.id %> --out assets-tiny --preset tiny --seed 1',
  ];
  static override flags = {
    out: Flags.string({ description: 'folder to make', required: true }),
    preset: Flags.option({ options: ['legacy', 'tiny'] as const, default: 'legacy' as const })({
      description: 'sizes of the networks',
    }),
    seed: Flags.integer({ description: 'seed of networks and bases', default: 0, min: 0 }),
    dataset: Flags.string({ description: 'data set on whose images the batch-norm statistics are calibrated' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(AssetsSynth);
    const { output, out, preset, seed, dataset } = flags;
    const folders = { out: resolve(out), dataset: dataset ? resolve(dataset) : undefined };
    await this.runProgram('assets', ['synth'], { ...folders, preset, seed }, output);
  }
}
