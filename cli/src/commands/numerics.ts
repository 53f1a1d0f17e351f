import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { WorkerCommand } from '../worker-command.js';

export default class Numerics extends WorkerCommand {
  static override summary =
    'one training step taken apart: losses, gradients and codes, to compare with the PyTorch code';
  static override description =
    'In eval mode, without dropout, with the coarse codes of E_flame. One centre serves all sequences, or each has its own; two sequences make a batch. Legacy slips are off, whatever the checkpoint, unless --legacy-slips turns all on.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --assets assets --data data --sequence MEAD_Dataset_25/masks/M003/angry/level_1/001 --center 10 --out step.npz --output json',
    '<%= config.bin %> <%= command.id %> --assets legacy-folder --data data --sequence A --sequence B --center 1 --checkpoint model.tar --legacy-slips',
  ];
  static override flags = {
    assets: Flags.string({ description: 'asset folder, or a folder of the legacy files', required: true }),
    data: Flags.string({ description: 'folder that holds MEAD_Dataset_25 and/or Aff-wild2', required: true }),
    sequence: Flags.string({
      description: 'path of a sequence under --data, with the word masks; given again: a batch',
      required: true,
      multiple: true,
      multipleNonGreedy: true,
    }),
    center: Flags.integer({
      description: 'middle frame, from 0 in the sorted files',
      required: true,
      multiple: true,
      multipleNonGreedy: true,
    }),
    checkpoint: Flags.string({ description: 'model.tar or pulled checkpoint; left out: the weights of seed 0' }),
    'legacy-slips': Flags.boolean({ description: 'do as the legacy code did: every key under legacy: in the config' }),
    out: Flags.string({ description: 'npz file for codes, vertices, landmarks and the render' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Numerics);
    const { assets, data, sequence, center, checkpoint, out, output } = flags;
    const paths = {
      assets: resolve(assets),
      data: resolve(data),
      checkpoint: checkpoint && resolve(checkpoint),
      out: out && resolve(out),
    };
    const lists = { sequence, center };
    await this.runProgram('numerics', [], { ...paths, ...lists, 'legacy-slips': flags['legacy-slips'] }, output);
  }
}
