import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { WorkerCommand } from '../../worker-command.js';

export default class DatasetSynth extends WorkerCommand {
  static override summary = 'render sequences with known codes, so that the truth is exact';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --assets assets --out data --sequences 8 --frames 12 --seed 1',
  ];
  static override flags = {
    assets: Flags.string({ description: 'asset folder whose head is rendered; empty = the stand-ins of the cache' }),
    out: Flags.string({ description: 'root of the data set', required: true }),
    sequences: Flags.integer({ description: 'number of sequences', default: 8, min: 1 }),
    frames: Flags.integer({ description: 'frames of each sequence', default: 12, min: 3 }),
    seed: Flags.integer({ description: 'seed of motion and looks', default: 0, min: 0 }),
    layout: Flags.option({ options: ['affwild2', 'mead'] as const, default: 'affwild2' as const })({
      description: 'folder layout',
    }),
    'image-size': Flags.integer({ description: 'side of the images in pixels', default: 224, min: 32, max: 1024 }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(DatasetSynth);
    const { output, assets, out, sequences, frames, seed, layout } = flags;
    const folders = { assets: assets ? resolve(assets) : undefined, out: resolve(out) };
    await this.runProgram(
      'dataset',
      ['synth'],
      { ...folders, sequences, frames, seed, layout, 'image-size': flags['image-size'] },
      output,
    );
  }
}
