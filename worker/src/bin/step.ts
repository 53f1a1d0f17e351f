import { createBivitProgram } from '../step/bivit-program.js';
import { runStepProcess } from '../step/process.js';

/** The process that takes part in one generation of one run; its agent forks it with the environment of the run's config. */
await runStepProcess(createBivitProgram());
