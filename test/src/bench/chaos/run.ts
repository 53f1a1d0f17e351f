import { benchCheckpoints } from './checkpoints.js';
import { benchGoodput } from './goodput.js';
import { benchKills } from './kills.js';
import { benchRestarts } from './restarts.js';
import { benchResumes } from './resumes.js';
import { type Outcome, openSetting, type Setting } from './setting.js';
import { benchThousandWorkers } from './thousand-workers.js';
import { benchWorkerSets } from './worker-sets.js';

/**
 * What faults cost, on the tiny preset: `npm run bench:chaos [-- NAME [MINUTES]]`, all of them without a name. One JSON object
 * each; the exit code says whether bits and steps were as they must be, everywhere.
 */
const benches: Record<string, (setting: Setting, minutes?: number) => Promise<Outcome>> = {
  kills: benchKills,
  'worker-sets': benchWorkerSets,
  restarts: benchRestarts,
  resumes: benchResumes,
  checkpoints: benchCheckpoints,
  'thousand-workers': benchThousandWorkers,
  goodput: benchGoodput,
};

const [only, minutes] = process.argv.slice(2);
if (only && !benches[only]) {
  process.stderr.write(`there is no bench ${only}\nbenches are ${Object.keys(benches).join(', ')}\nAU_USAGE\n`);
  process.exit(2);
}
const setting = await openSetting();
let allGood = true;
try {
  for (const [name, bench] of Object.entries(benches)) {
    if (only && only !== name) continue;
    const { good, result } = await bench(setting, minutes === undefined ? undefined : Number(minutes));
    process.stdout.write(`${JSON.stringify({ bench: name, good, ...result })}\n`);
    allGood &&= good;
  }
} finally {
  setting.close();
}
process.exit(allGood ? 0 : 1);
