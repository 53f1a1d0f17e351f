import { basename, join, resolve } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { Args, Flags } from '@oclif/core';
import { AuseqCommand, targetFlags } from '../../base-command.js';
import { catchInterrupt } from '../../interrupt.js';
import { pullObject } from '../../pull-object.js';
import { createProgressView } from '../../render/progress.js';
import { isLively } from '../../render/style.js';

export default class ImagesPull extends AuseqCommand {
  static override summary = 'fetch the picture grids of a run (inputs, shapes, landmarks, render) into a folder';
  static override examples = ['<%= config.bin %> <%= command.id %> brisk-otter-7f3a -o pictures'];
  static override args = { run: Args.string({ description: 'name of the run', required: true }) };
  static override flags = {
    ...targetFlags,
    out: Flags.string({ char: 'o', description: 'folder for the pictures', required: true }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(ImagesPull);
    const interrupt = catchInterrupt();
    const progress = createProgressView(process.stderr, isLively());
    try {
      const files = await this.withCoordinator(flags, async (client) => {
        const { objects } = await client.results.listObjects({ run: args.run, prefix: 'train_images/' });
        if (objects.length === 0) throw noImages(args.run);
        const pulled: string[] = [];
        for (const { key } of objects) {
          const file = join(resolve(flags.out), basename(key));
          await pullObject(client, { run: args.run, key }, file, interrupt.signal);
          pulled.push(file);
          progress.update({ phase: 'pictures', done: pulled.length, total: objects.length });
        }
        return pulled;
      });
      progress.pause();
      this.emit(flags.output, files, (list) => list.join('\n'));
    } finally {
      progress.pause();
      interrupt.release();
    }
  }
}

function noImages(run: string): AuseqError {
  return new AuseqError('AU_OBJECT_NOT_FOUND', {
    what: `run ${run} has no pictures yet`,
    why: 'they are drawn every train.vis_steps steps',
    try: `auseq runs show ${run}`,
    where: run,
  });
}
