import { resolve } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { Args, Flags } from '@oclif/core';
import { type ImportView, importTable } from '../../render/import.js';
import { WorkerCommand } from '../../worker-command.js';
import { runWorkerProgram } from '../../worker-program.js';

export default class AssetsImport extends WorkerCommand {
  static override summary =
    'convert the licensed legacy files (FLAME, DECA, OpenGraphAU, emotion net) once into an asset folder';
  static override description =
    'Files are recognised by their legacy names anywhere below DIR; --file names one outright. Roles: flame, template, landmarks, ' +
    'dense-landmarks, texture, bfm-texture, uv-face-mask, uv-face-eye-mask, deca, model, identity, au, emotion.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> legacy/data --out assets',
    '<%= config.bin %> <%= command.id %> legacy/data --out assets --file au=checkpoints/hybrid_second.pth',
  ];
  static override args = { dir: Args.string({ description: 'folder of the legacy files', required: true }) };
  static override flags = {
    out: Flags.string({ description: 'folder to make', required: true }),
    file: Flags.string({ description: 'ROLE=PATH: the file that plays a role, whatever its name', multiple: true }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(AssetsImport);
    const files = (flags.file ?? []).flatMap((file) => ['--file', file]);
    const words = ['import', '--from', resolve(args.dir), '--out', resolve(flags.out), ...files];
    const report = (await runWorkerProgram('assets', words)) as ImportView;
    this.emit(flags.output, report, importTable);
    if (report.assets !== null) return;
    const missing = report.files.filter(({ state }) => state === 'missing').map(({ file }) => file);
    throw new AuseqError('AU_ASSETS_NOT_FOUND', {
      what: `${args.dir} does not hold all that a run needs`,
      why: `missing: ${missing.join(', ')}`,
      try: 'add the missing files, or name them with --file ROLE=PATH; nothing was written',
    });
  }
}
