import type { AllowedClass } from './allowed-class.js';
import { numpyClasses } from './numpy-classes.js';
import { plainClasses } from './plain-classes.js';
import { scienceClasses } from './science-classes.js';
import { torchClasses } from './torch-classes.js';

const known: ReadonlyMap<string, AllowedClass> = new Map(
  [plainClasses, numpyClasses, scienceClasses, torchClasses].flatMap((classes) =>
    Object.entries(classes).map(([name, call]) => [name, { name, call }] as const),
  ),
);

/** What a pickle may name; throws, naming it, for everything else. */
export function allowedClass(module: string, name: string): AllowedClass {
  const full = `${module}.${name}`;
  const found = known.get(full);
  if (found) return found;
  throw new Error(`it asks for ${full.slice(0, 200)}, which is not on the list of what weight files need`);
}
