import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { WorkerCommand } from '../../worker-command.js';

export default class DatasetInspect extends WorkerCommand {
  static override summary = 'count the sequences of a data set, check them, and name what cannot be used';
  static override examples = ['<%= config.bin %> <%= command.id %> data --sheet sheet.png'];
  static override args = { root: Args.string({ description: 'root of the data set', required: true }) };
  static override flags = {
    sheet: Flags.string({ description: 'also draw pictures with points and labels into this PNG' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DatasetInspect);
    const sheet = flags.sheet ? resolve(flags.sheet) : undefined;
    await this.runProgram('dataset', ['inspect', resolve(args.root)], { sheet }, flags.output);
  }
}
