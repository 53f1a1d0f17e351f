import { type ByteCursor, createCursor } from './byte-cursor.js';
import { unpickle } from './pickle/unpickle.js';
import { bytesOfType, parseStorageId, storageOver } from './torch-storage.js';

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** Whether the bytes begin as the older torch stream does: a pickle of its magic number. */
export function isTorchStream(data: Uint8Array): boolean {
  const start = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  return start.every((byte, index) => data[index] === byte);
}

/**
 * Reads what `torch.save` before 1.6 wrote: pickles of a magic number, a protocol, the system, the object and the list of
 * storages, then each storage as a count of 8 bytes and its values (model-facts §9). Throws AU_FILE_FORMAT.
 */
export function readTorchStream(data: Uint8Array, path: string): unknown {
  const cursor = createCursor(data, path);
  const plain = (): unknown => unpickle(cursor, { path });
  if (plain() !== magic) cursor.fail('it is no torch file: the magic number is another');
  if (plain() !== protocol) cursor.fail('its protocol is not 1001');
  const system = plain();
  if (system instanceof Map && system.get('little_endian') === false) cursor.fail('it is of a big-endian machine');
  const located = new Map<string, Uint8Array>();
  const widths = new Map<string, number>();
  const persistent = (id: unknown) => {
    const storage = parseStorageId(id);
    const view: unknown = Array.isArray(id) ? id[5] : null;
    if (view != null) throw new Error('views of storages are not read');
    widths.set(storage.key, bytesOfType(storage.type));
    const needed = storage.elements * bytesOfType(storage.type);
    if (needed > data.length) throw new Error(`a storage of ${needed} bytes`);
    return storageOver(storage, () => located.get(storage.key)!.subarray(0, needed));
  };
  const value = unpickle(cursor, { path, persistent });
  locateStorages(plain(), cursor, widths, located);
  for (const key of widths.keys()) if (!located.has(key)) cursor.fail(`the storage ${key.slice(0, 40)} is missing`);
  return value;
}

function locateStorages(
  keys: unknown,
  cursor: ByteCursor,
  widths: ReadonlyMap<string, number>,
  located: Map<string, Uint8Array>,
): void {
  for (const key of Array.isArray(keys) ? (keys as unknown[]) : [null]) {
    const width = typeof key === 'string' ? widths.get(key) : undefined;
    if (width === undefined) cursor.fail('the list of storages names none of the tensors');
    else located.set(key as string, cursor.bytes(cursor.u64() * width));
  }
}
