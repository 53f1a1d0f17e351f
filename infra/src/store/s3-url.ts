import { AuseqError } from '@auseq/proto/errors';

export interface S3Place {
  bucket: string;
  /** Empty, or ends with a slash. */
  prefix: string;
  host: string;
  port: number;
  tls: boolean;
  region: string;
  accessKey: string;
  secretKey: string;
}

/** Reads `s3://bucket/prefix?endpoint=URL[&region=NAME]` and the credentials of the environment: pure. */
export function parseS3Url(url: string, env: Readonly<Record<string, string | undefined>>): S3Place {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const endpointText = parsed?.searchParams.get('endpoint') ?? '';
  const endpoint = URL.canParse(endpointText) ? new URL(endpointText) : null;
  if (!parsed || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(parsed.hostname))
    throw badStoreUrl(url, 'the bucket name is not allowed');
  if (!endpoint || !['http:', 'https:'].includes(endpoint.protocol))
    throw badStoreUrl(url, 'it has no ?endpoint=http://host:port');
  const prefix = decodeURIComponent(parsed.pathname).replace(/^\/+|\/+$/g, '');
  const tls = endpoint.protocol === 'https:';
  return {
    bucket: parsed.hostname,
    prefix: prefix === '' ? '' : `${prefix}/`,
    host: endpoint.hostname,
    port: endpoint.port === '' ? (tls ? 443 : 80) : Number(endpoint.port),
    tls,
    region: parsed.searchParams.get('region') ?? 'us-east-1',
    ...credentialsOf(url, env),
  };
}

function credentialsOf(url: string, env: Readonly<Record<string, string | undefined>>) {
  const { AUSEQ_S3_ACCESS_KEY: accessKey, AUSEQ_S3_SECRET_KEY: secretKey } = env;
  if (accessKey && secretKey) return { accessKey, secretKey };
  throw new AuseqError('AU_STORE_UNREACHABLE', {
    what: `cannot open the store ${url}`,
    why: `${accessKey ? 'AUSEQ_S3_SECRET_KEY' : 'AUSEQ_S3_ACCESS_KEY'} is not set`,
    try: 'export AUSEQ_S3_ACCESS_KEY and AUSEQ_S3_SECRET_KEY',
  });
}

/** The one answer to a URL that names no store. */
export function badStoreUrl(url: string, why: string): AuseqError {
  return new AuseqError('AU_USAGE', {
    what: `${url} does not name a store`,
    why,
    try: 'file:///absolute/folder or s3://bucket/prefix?endpoint=http://127.0.0.1:9000',
  });
}
