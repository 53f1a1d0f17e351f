import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clearSharedMemoryOf, openSharedMemory, sharedMemoryId } from './shared-memory.js';

const hasMemory = existsSync('/dev/shm');

describe('shared memory', { skip: hasMemory ? false : 'this system has no memory folder' }, () => {
  const module = JSON.stringify(fileURLToPath(new URL('./shared-memory.js', import.meta.url)));
  const child = (code: string) => {
    const source = `import { openSharedMemory, sharedMemoryId } from ${module};${code}`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' });
  };

  it('has one name for all processes of a host', () => {
    assert.match(sharedMemoryId(), /^[0-9a-f]{8}$/);
    assert.equal(child('process.stdout.write(sharedMemoryId())').stdout, sharedMemoryId());
  });

  it('gives bytes of any size to another process, and nothing of what is gone, cut or another blob by now', () => {
    const shared = openSharedMemory()!;
    for (const size of [0, 1, 5_000_001]) {
      const bytes = Uint8Array.from({ length: size }, (_, index) => index * 7);
      const path = shared.write('a', bytes)!;
      const read = `openSharedMemory().read(${JSON.stringify(path)}, 'a', new Uint8Array(${size}))`;
      assert.equal(child(`process.stdout.write(${read}.length + '')`).stdout, String(size));
      assert.deepEqual(shared.read(path, 'a', new Uint8Array(size)), bytes);
      assert.equal(shared.read(path, 'a', new Uint8Array(size + 1)), null);
      assert.equal(shared.read(path, 'b', new Uint8Array(size)), null);
      shared.reuse(path);
      assert.equal(shared.write('b', bytes), path, 'its memory is used again');
      assert.equal(shared.read(path, 'a', new Uint8Array(size)), null);
      assert.deepEqual(shared.read(path, 'b', new Uint8Array(size)), bytes);
      shared.remove(path);
      assert.equal(shared.read(path, 'b', new Uint8Array(size)), null);
    }
    shared.close();
  });

  it('keeps nothing of a process that was killed', () => {
    const code = `import { writeSync } from 'node:fs';
      writeSync(1, openSharedMemory().write('left', new Uint8Array(9)));
      process.kill(process.pid, 'SIGKILL')`;
    const shared = openSharedMemory()!;
    const own = shared.write('left', new Uint8Array(9))!;
    const [first, second] = [child(code), child(code)];
    assert.equal(existsSync(second.stdout), true, second.stderr);
    assert.equal(existsSync(first.stdout), false, 'the second one cleared it');
    clearSharedMemoryOf(second.pid);
    assert.equal(existsSync(second.stdout), false);
    assert.equal(existsSync(own), true);
    shared.close();
    assert.equal(existsSync(own), false);
  });
});
