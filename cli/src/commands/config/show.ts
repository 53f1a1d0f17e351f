import { Args, Flags } from '@oclif/core';
import { AuseqCommand } from '../../base-command.js';

export default class ConfigShow extends AuseqCommand {
  static override summary =
    'print a config with every key and where each value comes from; without a file, the defaults';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> tiny --set train.max_steps=20 --output json',
  ];
  static override args = { config: Args.string({ description: 'config file or preset' }) };
  static override flags = {
    set: Flags.string({
      description: 'override one value: key.path=value',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigShow);
    const { loadConfig } = await import('@auseq/configs/load-config');
    const { defaultedYaml } = await import('@auseq/configs/defaulted-yaml');
    const loaded = loadConfig(args.config ? { file: args.config } : { text: '', name: 'defaults' }, {
      sets: flags.set,
    });
    this.emit(flags.output, loaded.config, () => defaultedYaml(loaded).trimEnd());
  }
}
