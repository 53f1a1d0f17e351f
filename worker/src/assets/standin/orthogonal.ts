/** Subtracts from `vector`, in place, its parts along orthonormal `units`; twice for accuracy. */
export function removeAlong(vector: Float64Array, units: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass += 1) {
    for (const unit of units) {
      const along = dot(vector, unit);
      for (let i = 0; i < vector.length; i += 1) vector[i]! -= along * unit[i]!;
    }
  }
}

/** Gram-Schmidt in order; a direction already spanned by the earlier ones is dropped. */
export function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const units: Float64Array[] = [];
  for (const vector of vectors) addDirection(units, vector);
  return units;
}

/** Appends the part of `vector` that orthonormal `units` lack, at unit length, unless there is none. */
export function addDirection(units: Float64Array[], vector: Float64Array): void {
  const unit = Float64Array.from(vector);
  removeAlong(unit, units);
  const length = Math.sqrt(dot(unit, unit));
  if (length < 1e-9 * Math.sqrt(dot(vector, vector))) return;
  for (let i = 0; i < unit.length; i += 1) unit[i]! /= length;
  units.push(unit);
}

/** Scales [N*3] in place so that the vertex that moves most moves by `millimetres`. */
export function scaleToLargest(vector: Float64Array, millimetres: number): void {
  const factor = millimetres / largestMove(vector);
  for (let i = 0; i < vector.length; i += 1) vector[i]! *= factor;
}

/** Length of the longest displacement in [N*3]. */
export function largestMove(vector: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i += 3) {
    largest = Math.max(largest, Math.hypot(vector[i]!, vector[i + 1]!, vector[i + 2]!));
  }
  return largest;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}
