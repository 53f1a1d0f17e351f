import { Args, Flags } from '@oclif/core';
import { AuseqCommand } from '../../base-command.js';

export default class ConfigValidate extends AuseqCommand {
  static override summary = 'check a run config: unknown keys, wrong types, impossible combinations';
  static override examples = ['<%= config.bin %> <%= command.id %> configs/tiny.yml --set train.max_steps=20'];
  static override args = { config: Args.string({ description: 'config file or preset', required: true }) };
  static override flags = {
    set: Flags.string({
      description: 'override one value: key.path=value',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigValidate);
    const { loadConfig } = await import('@auseq/configs/load-config');
    const { hash, warnings } = loadConfig({ file: args.config }, { sets: flags.set });
    this.emit(flags.output, { valid: true, hash, warnings }, () => `${args.config} is valid, hash ${hash}`);
    if (flags.output === 'text') for (const warning of warnings) this.say(`warning: ${warning}`);
  }
}
