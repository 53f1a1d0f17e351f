import { fileFormatError } from './file-format-error.js';
import { unpickleBytes } from './pickle/unpickle.js';
import { bytesOfType, parseStorageId, storageOver } from './torch-storage.js';
import { readZip } from './zip.js';

/**
 * Reads what `torch.save` of 1.6 and later writes (.tar, .pth, .ckpt): a zip of `<name>/data.pkl` and one record for each
 * storage (model-facts §9). Tensors become arrays whose values are views of `data`. Throws AU_FILE_FORMAT.
 */
export function readTorchZip(data: Uint8Array, path: string): unknown {
  const entries = readZip(data, path);
  const pickle = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined)
    throw fileFormatError({ path, offset: 0 }, 'the archive has no data.pkl: it is not of torch');
  const root = pickle.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`)?.read();
  if (order && Buffer.from(order).toString() !== 'little')
    throw fileFormatError({ path, offset: 0 }, 'it was written on a big-endian machine');
  const persistent = (id: unknown) => {
    const storage = parseStorageId(id);
    const record = entries.get(`${root}data/${storage.key}`);
    const needed = storage.elements * bytesOfType(storage.type);
    if (!record) throw new Error(`the storage ${storage.key.slice(0, 40)} is missing`);
    if (record.size < needed) throw new Error(`the storage ${storage.key} has ${record.size} bytes, not ${needed}`);
    return storageOver(storage, () => record.read().subarray(0, needed));
  };
  return unpickleBytes(entries.get(pickle)!.read(), { path, persistent });
}
