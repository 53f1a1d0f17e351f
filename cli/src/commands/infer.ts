import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { WorkerCommand } from '../worker-command.js';

export default class Infer extends WorkerCommand {
  static override summary =
    'run a trained checkpoint over a video: codes, landmarks and AU scores a frame, an overlay video, meshes';
  static override description =
    'Interrupted, it goes on behind the finished frames when it is started again with the same --out. Gaps of at most 5 frames without a face are filled in; longer ones are marked lost.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> clip.mp4 --checkpoint checkpoint --assets assets --out result',
    '<%= config.bin %> <%= command.id %> pictures --checkpoint checkpoint --out result --gltf --obj',
  ];
  static override args = {
    input: Args.string({ description: 'video, folder of pictures, or folder of a prepared sequence', required: true }),
  };
  static override flags = {
    checkpoint: Flags.string({
      description: 'folder that "checkpoints pull" made, or a legacy model.tar',
      required: true,
    }),
    out: Flags.string({ description: 'folder for the results', required: true }),
    assets: Flags.string({
      description: 'assets the run was trained with; those of its preset in AUSEQ_HOME if left out',
    }),
    gltf: Flags.boolean({ description: 'also write face.glb: one animated head' }),
    obj: Flags.boolean({ description: 'also write meshes/: one obj a frame' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Infer);
    const { output, checkpoint, out, assets, gltf, obj } = flags;
    const folders = {
      checkpoint: resolve(checkpoint),
      out: resolve(out),
      assets: assets ? resolve(assets) : undefined,
    };
    await this.runProgram('infer', [resolve(args.input)], { ...folders, gltf, obj }, output);
  }
}
