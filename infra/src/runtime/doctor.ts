import type { Check } from './check.js';
import { cacheCheck, diskCheck, memoryCheck, nodeCheck, platformCheck, sharedMemoryCheck } from './check-machine.js';
import { compilerCheck, ffmpegCheck, gpuCheck, pythonCheck } from './check-programs.js';
import { minioCheck, natsServerCheck } from './check-servers.js';
import { tensorflowCheck, tensorflowComputes } from './check-tensorflow.js';

export type { Check } from './check.js';

/** Looks at everything that auseq needs of this machine; a check that breaks is itself a failed check. At most about a minute. */
export async function runDoctor(): Promise<Check[]> {
  const machine = [nodeCheck, platformCheck, memoryCheck, sharedMemoryCheck, cacheCheck, diskCheck];
  const programs = [pythonCheck, compilerCheck, ffmpegCheck, gpuCheck, tensorflowCheck, tensorflowComputes];
  const checks: Check[] = [];
  for (const check of [...machine, ...programs, natsServerCheck, minioCheck]) {
    try {
      checks.push(await check());
    } catch (error) {
      checks.push({
        name: nameOf(check),
        state: 'fail',
        measured: error instanceof Error ? error.message : String(error),
        fix: 'npm run setup',
      });
    }
  }
  return checks;
}

/** `natsServerCheck` -> `nats server`. */
function nameOf(check: { name: string }): string {
  return check.name.replace(/Check$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
