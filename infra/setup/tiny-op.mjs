// One matrix product in a process of its own: prints {version, ms, right} and ends. A broken library cannot take its caller with it.
import { createRequire } from 'node:module';

const start = performance.now();
const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');
const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
const right = product.dataSync().join() === '19,22,43,50';
const version = tf.backend().binding.TF_Version;
process.stdout.write(`${JSON.stringify({ version, ms: Math.round(performance.now() - start), right })}\n`);
process.exit(0);
