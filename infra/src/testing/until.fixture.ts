import { setTimeout as pause } from 'node:timers/promises';

type Found<T> = T | undefined | false | null;

/** What `look` finds, asked again and again. Throws after `withinMs`, with what was waited for. */
export async function until<T>(what: string, look: () => Found<T> | Promise<Found<T>>, withinMs = 5_000): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
    await pause(10);
  }
}
