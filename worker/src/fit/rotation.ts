/** Rotation matrix [9] row-major of an axis-angle vector (Rodrigues, model-facts §1.3 step 3), in float64. */
export function rotationOf(x: number, y: number, z: number): Float64Array {
  const e = 1e-8;
  const angle = Math.sqrt((x + e) ** 2 + (y + e) ** 2 + (z + e) ** 2);
  const [a, b, c] = [x / angle, y / angle, z / angle];
  const s = Math.sin(angle);
  const t = 1 - Math.cos(angle);
  return Float64Array.of(
    1 - t * (b * b + c * c),
    t * a * b - s * c,
    t * a * c + s * b,
    t * a * b + s * c,
    1 - t * (a * a + c * c),
    t * b * c - s * a,
    t * a * c - s * b,
    t * b * c + s * a,
    1 - t * (a * a + b * b),
  );
}
