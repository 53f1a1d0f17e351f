import type { Proof } from '@auseq/proto/proof';
import type { FromStep, ToStep } from '../step/step-messages.js';

/**
 * Stands for a step process without TensorFlow: reports its pid as the step and then behaves as the run's name says:
 * `obeys` leaves and drains when told, `stubborn` hears nothing, `dies` ends by itself with an exit code, `proves` steps only
 * when its proof was compared.
 */
const report = (state: FromStep['state'], step: number, proof?: Proof) => {
  const message: FromStep = { type: 'report', state, step, proof };
  process.send?.(message);
};

process.once('disconnect', () => process.exit(1));
process.on('message', (message: ToStep) => {
  if (message.type === 'assign') {
    if (message.assignment.run === 'proves') return report('ready', process.pid, { decode: 'a hash' });
    report('stepping', process.pid);
    if (message.assignment.run === 'dies') setTimeout(() => process.exit(7), 20);
    if (message.assignment.run === 'stubborn') process.removeAllListeners('message').on('message', () => {});
    return;
  }
  if (message.type === 'proved') return report('stepping', process.pid);
  if (message.type === 'drain') report('stopped', process.pid);
  setTimeout(() => process.exit(0), 20);
});
