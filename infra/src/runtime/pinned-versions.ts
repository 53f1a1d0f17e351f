import { readFileSync } from 'node:fs';

/** What setup installs: one file, read by setup before anything is built, and here. */
export const pinned = JSON.parse(readFileSync(new URL('../../setup/versions.json', import.meta.url), 'utf8')) as {
  tensorflow: string;
  natsServer: string;
  minio: string;
};
