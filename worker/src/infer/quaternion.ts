/** A rotation vector (axis times angle in radians) as a unit quaternion x, y, z, w. */
export function quaternionOf(x: number, y: number, z: number): [number, number, number, number] {
  const angle = Math.hypot(x, y, z);
  const share = angle < 1e-12 ? 0.5 : Math.sin(angle / 2) / angle;
  return [x * share, y * share, z * share, Math.cos(angle / 2)];
}
