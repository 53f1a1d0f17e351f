import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { WorkerCommand } from '../../worker-command.js';

export default class DatasetPrepare extends WorkerCommand {
  static override summary =
    'turn a face video into sequences: images, landmarks, dense points and masks in the legacy folders';
  static override examples = [
    '<%= config.bin %> <%= command.id %> clip.mp4 --out data',
    '<%= config.bin %> <%= command.id %> clip.mp4 --out data --layout affwild2 --id interview --holdout 0.25',
  ];
  static override args = { video: Args.string({ description: 'video file', required: true }) };
  static override flags = {
    out: Flags.string({ description: 'root of the data set', required: true }),
    layout: Flags.option({ options: ['affwild2', 'mead'] as const, default: 'affwild2' as const })({
      description: 'folder layout',
    }),
    id: Flags.string({ description: 'name of the clip in the data set; from the file name where left out' }),
    holdout: Flags.string({ description: 'part of the clip, at its end, kept for validation', default: '0' }),
    'image-size': Flags.integer({ description: 'side of the images in pixels', default: 224, min: 32, max: 1024 }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DatasetPrepare);
    const { output, out, layout, id, holdout } = flags;
    const given = { out: resolve(out), layout, id, holdout, 'image-size': flags['image-size'] };
    await this.runProgram('dataset', ['prepare', resolve(args.video)], given, output);
  }
}
