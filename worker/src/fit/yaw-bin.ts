import { rotationOf } from './rotation.js';

const widest = 39;

/** Contour bin of a pose [6] (model-facts §1.4, §11): root yaw in whole degrees, half to even; 0..39, then 40..78 for -1..-39. */
export function yawBin(pose: ArrayLike<number>): number {
  const r = rotationOf(pose[0]!, pose[1]!, pose[2]!);
  const degrees = (Math.atan2(-r[6]!, Math.hypot(r[0]!, r[3]!)) * 180) / Math.PI;
  const floor = Math.floor(degrees);
  const rest = degrees - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  const whole = Math.min(widest, up ? floor + 1 : floor);
  if (whole >= 0) return whole;
  return whole >= -widest ? widest - whole : 2 * widest;
}
