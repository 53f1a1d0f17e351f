import sharp from 'sharp';
import { invalidLegacyFile } from './invalid-legacy-file.js';

const size = 256;

/** The first channel of a mask picture, 0..1, by nearest sampling to [256,256] (model-facts §1.5). Throws AU_ASSETS_INVALID. */
export async function legacyUvMask(path: string): Promise<Float32Array> {
  const picture = await sharp(path)
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw invalidLegacyFile(path, 'it is no picture', cause);
    });
  const { data, info } = picture;
  const mask = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const y = Math.floor((row * info.height) / size);
      const x = Math.floor((column * info.width) / size);
      mask[row * size + column] = data[(y * info.width + x) * info.channels]! / 255;
    }
  }
  return mask;
}
