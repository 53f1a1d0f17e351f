// The inputs of the stored PyTorch steps, in a folder: node make_inputs.mjs OUT (a built auseq is needed). Prints what it made.
import { makeParityInputs } from '../../../worker/dist/numerics/parity-inputs.fixture.js';

process.stdout.write(`${JSON.stringify(await makeParityInputs(process.argv[2]))}\n`);
