import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { WorkerCommand } from '../../worker-command.js';

export default class CheckpointsExport extends WorkerCommand {
  static override summary = 'write a pulled checkpoint as the legacy model.tar, which torch.load opens';
  static override description =
    'The way back is the config key pretrained_modelpath: a run goes on from the weights, Adam moments and step of a model.tar.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> checkpoint --assets assets -o model.tar',
    '<%= config.bin %> runs submit CONFIG --set pretrained_modelpath=$PWD/model.tar',
  ];
  static override args = {
    checkpoint: Args.string({ description: 'folder that `checkpoints pull` made', required: true }),
  };
  static override flags = {
    assets: Flags.string({ description: 'asset folder whose E_flame goes into the file', required: true }),
    out: Flags.string({ char: 'o', description: 'file to write', required: true }),
    'batch-size': Flags.integer({ description: "the file's batch_size", default: 1, min: 1 }),
    lr: Flags.string({ description: "the optimiser's learning rate", default: '1e-4' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(CheckpointsExport);
    const { output, lr } = flags;
    const folders = { checkpoint: resolve(args.checkpoint), assets: resolve(flags.assets), out: resolve(flags.out) };
    await this.runProgram('checkpoints', ['export'], { ...folders, 'batch-size': flags['batch-size'], lr }, output);
  }
}
