import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { WorkerCommand } from '../../worker-command.js';

export default class AssetsStatus extends WorkerCommand {
  static override summary = 'tell which asset files are there, and what the missing ones cost';
  static override examples = ['<%= config.bin %> <%= command.id %> --dir assets'];
  static override flags = { dir: Flags.string({ description: 'asset folder', required: true }) };

  override async run(): Promise<void> {
    const { flags } = await this.parse(AssetsStatus);
    await this.runProgram('assets', ['status'], { dir: resolve(flags.dir) }, flags.output);
  }
}
