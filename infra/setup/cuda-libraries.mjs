import fs from 'node:fs';
import { say } from './progress.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';
import { downloadWheel, unpackWheel } from './wheel.mjs';

const readRequirements = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    name = next(n for n in archive.namelist() if n.endswith('.dist-info/METADATA'))
    for line in archive.read(name).decode().split('\\n\\n')[0].splitlines():
        if line.startswith('Requires-Dist:') and 'and-cuda' in line:
            print(line.split(':', 1)[1].split(';')[0].strip())
`;

/** Unpacks the NVIDIA libraries that TensorFlow's wheel names for its extra `and-cuda` into `nvidia/`, as pip would. */
export async function unpackCudaLibraries(wheel, folder) {
  const { code, stdout, output } = await runCommand('python3', ['-c', readRequirements, wheel]);
  const requirements = stdout.split('\n').filter((line) => line !== '');
  if (code !== 0 || requirements.length === 0) {
    throw new SetupError('the TensorFlow wheel names no CUDA libraries', lastLines(output), 'npm run setup -- --cpu');
  }
  for (const requirement of requirements) {
    say(`  ${requirement}`);
    const library = await downloadWheel(requirement, folder);
    await unpackWheel(library, folder, ['nvidia/']);
    fs.rmSync(library);
  }
}
