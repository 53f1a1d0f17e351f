import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface StoreCredentials {
  user: string;
  password: string;
}

/** MinIO's root credentials of a cluster: drawn once, kept with its data. */
export function storeCredentials(file: string): StoreCredentials {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as StoreCredentials;
  const credentials = { user: 'auseq', password: randomBytes(18).toString('base64url') };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(credentials)}\n`, { mode: 0o600 });
  return credentials;
}

/** How the coordinator and the workers get them. */
export function storeEnvironment({ user, password }: StoreCredentials): Record<string, string> {
  return { AUSEQ_S3_ACCESS_KEY: user, AUSEQ_S3_SECRET_KEY: password };
}
