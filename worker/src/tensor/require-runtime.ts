import { createRequire } from 'node:module';
import { AuseqError } from '@auseq/proto/errors';

// TensorFlow reads its log level while it loads; its start-up chatter is no news to anybody.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

// Its loader parses this process's arguments as its own: a `--dir` of ours would be taken for its binding's folder.
const args = process.argv;
try {
  process.argv = args.slice(0, 2);
  createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');
} catch (cause) {
  throw new AuseqError('AU_RUNTIME_MISSING', {
    what: 'TensorFlow could not be loaded',
    why: cause instanceof Error ? cause.message.split('\n')[0]!.trim() : String(cause),
    try: 'npm run setup',
    cause,
  });
} finally {
  process.argv = args;
}
