export interface BuiltWorker {
  readonly name: string;
  /** TensorFlow build and processor: workers that differ in it may give other bits (PROTOCOL 7). */
  readonly build: string;
}

/**
 * The workers that may take part in one generation: all of them, or in exact mode those of one build: that of the members,
 * or for a run that starts the one that most have (the first by name where several are as many). Pure.
 */
export function withSameBits(workers: readonly BuiltWorker[], exact: boolean, members?: string): string[] {
  const wanted = members ?? mostCommon(workers.map(({ build }) => build));
  return workers.filter(({ build }) => !exact || build === wanted).map(({ name }) => name);
}

function mostCommon(builds: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const build of builds) counts.set(build, (counts.get(build) ?? 0) + 1);
  return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))[0]?.[0];
}
