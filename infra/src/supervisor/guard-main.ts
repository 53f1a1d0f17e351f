import { endProcessesWithToken } from './end-processes.js';
import { tokenVariable } from './process-identity.js';

/**
 * Runs beside the supervisor and does nothing while that lives. When its input closes, the supervisor is dead
 * (kill -9, out of memory): then it ends whatever the cluster still runs, so that nothing is orphaned.
 */
const token = process.env[tokenVariable];
if (!token) throw new Error(`${tokenVariable} is not set`);
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => {});
process.stdin.resume();
process.stdin.on('error', () => {});
process.stdin.once('close', () => {
  endProcessesWithToken(token, 0).then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
