// npm run setup [-- --minio] [-- --cuda | --cpu]
import { endOnSignals } from './clean-exit.mjs';
import { install } from './install.mjs';
import { say } from './progress.mjs';
import { reportFailure } from './setup-error.mjs';

const usageError = 2;
const known = ['--minio', '--cuda', '--cpu'];

const given = process.argv.slice(2);
const unknown = given.find((flag) => !known.includes(flag));
if (unknown || (given.includes('--cuda') && given.includes('--cpu'))) {
  const what = unknown ? `${unknown} is not known to setup` : '--cuda and --cpu exclude each other';
  process.stderr.write(`${what}\nit knows ${known.join(', ')}\ntry: npm run setup -- --minio\nAU_USAGE\n`);
  process.exit(usageError);
}

endOnSignals();
const start = performance.now();
const device = given.includes('--cuda') ? 'cuda' : given.includes('--cpu') ? 'cpu' : undefined;
try {
  await install({ device, minio: given.includes('--minio') });
  say(`ready in ${((performance.now() - start) / 1000).toFixed(1)} s`);
} catch (error) {
  process.exitCode = reportFailure(error);
}
