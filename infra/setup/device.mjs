import fs from 'node:fs';
import path from 'node:path';
import { bindingLink } from './binding.mjs';

/** Which library: as asked for; else the one this clone has; else CUDA where NVIDIA's driver is loaded. */
export function chooseDevice(asked) {
  return asked ?? linkedDevice() ?? (fs.existsSync('/proc/driver/nvidia/version') ? 'cuda' : 'cpu');
}

function linkedDevice() {
  try {
    const library = path.dirname(fs.realpathSync(bindingLink));
    return JSON.parse(fs.readFileSync(path.join(library, 'ready.json'), 'utf8')).device;
  } catch {
    return undefined;
  }
}
