import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPresetDir } from './find-config.js';
import { configJsonSchema } from './json-schema.js';

writeFileSync(join(defaultPresetDir, 'schema.json'), configJsonSchema());
