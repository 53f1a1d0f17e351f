/** What is known of a frame: seen, between two seen ones, or not at all. */
export type FramePlan =
  | { readonly state: 'ok' }
  | { readonly state: 'interpolated'; readonly before: number; readonly after: number; readonly share: number }
  | { readonly state: 'lost' };

/** Frames in a row without a face that are still filled in: at 25 frames a second a fifth of a second, a blink or a hand passing. */
export const longestGap = 5;

/**
 * Decides for each frame whether it can be filled in. A gap of at most `longest` frames (5) with a seen frame on both sides lies on the
 * straight line between them (`share` of the way from `before` to `after`); a longer one, and one at an end of the clip, is lost:
 * nothing is invented there.
 */
export function planGaps(seen: readonly boolean[], longest = longestGap): FramePlan[] {
  const plans: FramePlan[] = [];
  let before = -1;
  for (let frame = 0; frame < seen.length; ) {
    if (seen[frame]) {
      before = frame;
      plans.push({ state: 'ok' });
      frame += 1;
      continue;
    }
    const next = seen.indexOf(true, frame);
    const after = next < 0 ? seen.length : next;
    const bridged = before >= 0 && next >= 0 && after - frame <= longest;
    for (; frame < after; frame++) {
      const share = (frame - before) / (after - before);
      plans.push(bridged ? { state: 'interpolated', before, after, share } : { state: 'lost' });
    }
  }
  return plans;
}

/**
 * The three frames that the network looks at for a seen frame: its neighbours, or the frame itself where a neighbour is missing
 * (the ends of the clip and the borders of a gap repeat the border frame).
 */
export function windowOf(plans: readonly FramePlan[], frame: number): readonly [number, number, number] {
  const seen = (index: number) => plans[index]?.state === 'ok';
  return [seen(frame - 1) ? frame - 1 : frame, frame, seen(frame + 1) ? frame + 1 : frame];
}
