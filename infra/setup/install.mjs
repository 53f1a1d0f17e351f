import { ensureBinding } from './binding.mjs';
import { build } from './build.mjs';
import { prepareCache } from './cache.mjs';
import { checkMachine } from './checks.mjs';
import { chooseDevice } from './device.mjs';
import { ensureMinio } from './minio.mjs';
import { ensureNatsServer } from './nats-server.mjs';
import { installPackages } from './node-modules.mjs';
import { ensureTensorflow } from './tensorflow.mjs';

/** Brings a clone from nothing to running; what is there already is left alone. */
export async function install({ device, minio }) {
  checkMachine();
  prepareCache();
  await installPackages();
  await ensureBinding(await ensureTensorflow(chooseDevice(device)));
  await ensureNatsServer();
  if (minio) await ensureMinio();
  await build();
}
