import { isTorchStream, readTorchStream } from './torch-stream.js';
import { readTorchZip } from './torch-zip.js';

/** Reads a file of `torch.save`, of either format. Throws AU_FILE_FORMAT. */
export function readTorch(data: Uint8Array, path: string): unknown {
  return isTorchStream(data) ? readTorchStream(data, path) : readTorchZip(data, path);
}
