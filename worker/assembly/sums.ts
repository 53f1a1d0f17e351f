// AssemblyScript: what the comm thread does with millions of floats, four at a time. Addresses are bytes of the arena; counts
// are floats, rounded up to four by the caller.

/** left[i] += right[i]. */
export function addFloats(left: usize, right: usize, count: usize): void {
  for (let at: usize = 0; at < count << 2; at += 16) {
    v128.store(left + at, f32x4.add(v128.load(left + at), v128.load(right + at)));
  }
}

/** fp32 to bf16, nearest even; NaN stays NaN. */
export function narrow(from: usize, to: usize, count: usize): void {
  const upperHalves = i8x16(0, 1, 4, 5, 8, 9, 12, 13, 16, 16, 16, 16, 16, 16, 16, 16);
  for (let index: usize = 0; index < count; index += 4) {
    const bits = v128.load(from + (index << 2));
    const upper = i32x4.shr_u(bits, 16);
    const even = v128.and(upper, i32x4.splat(1));
    const rounded = i32x4.shr_u(i32x4.add(i32x4.add(bits, i32x4.splat(0x7fff)), even), 16);
    const isNumber = i32x4.le_u(v128.and(bits, i32x4.splat(0x7fffffff)), i32x4.splat(0x7f800000));
    const narrowed = v128.bitselect(rounded, v128.or(upper, i32x4.splat(0x40)), isNumber);
    v128.store64_lane(to + (index << 1), v128.swizzle(narrowed, upperHalves), 0);
  }
}

/** bf16 to fp32. */
export function widen(from: usize, to: usize, count: usize): void {
  for (let index: usize = 0; index < count; index += 4) {
    const halves = i32x4.extend_low_i16x8_u(v128.load64_zero(from + (index << 1)));
    v128.store(to + (index << 2), i32x4.shl(halves, 16));
  }
}
