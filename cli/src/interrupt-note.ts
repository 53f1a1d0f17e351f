/** What a person is told whose Ctrl-C left a followed run. */
export function detachNote(run: string): string {
  return `detached; run ${run} goes on. Follow it again: auseq runs watch ${run}   End it: auseq runs stop ${run}`;
}
