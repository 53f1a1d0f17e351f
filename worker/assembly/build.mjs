// node worker/assembly/build.mjs: compiles the AssemblyScript kernels into worker/dist, where they changed.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const [source, target] = [path('sums.ts'), path('../dist/sync/sums.wasm')];
if (!existsSync(target) || statSync(target).mtimeMs < statSync(source).mtimeMs) {
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(dirname(target), { recursive: true });
  const options = ['--enable', 'simd', '--runtime', 'stub', '--optimizeLevel', '3', '--noAssert', '--importMemory'];
  const { error, stderr } = await asc.main([source, '--outFile', target, ...options]);
  if (error) {
    process.stderr.write(`${stderr}\n${error.message}\n`);
    process.exit(1);
  }
}
