/**
 * Symmetric positive definite [n,n] -> lower factor L with A = L L^T, in place; the upper triangle is left as it was.
 */
export function factorise(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) {
      const f = a[j * n + k]!;
      if (f !== 0) for (let i = j; i < n; i++) a[i * n + j] = a[i * n + j]! - a[i * n + k]! * f;
    }
    const root = Math.sqrt(a[j * n + j]!);
    for (let i = j; i < n; i++) a[i * n + j] = a[i * n + j]! / root;
  }
}

/** L y = x, in place. */
export function solveLower(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let rest = x[i]!;
    for (let j = 0; j < i; j++) rest -= l[i * n + j]! * x[j]!;
    x[i] = rest / l[i * n + i]!;
  }
}

/** L^T y = x, in place. */
export function solveUpper(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    let rest = x[i]!;
    for (let j = i + 1; j < n; j++) rest -= l[j * n + i]! * x[j]!;
    x[i] = rest / l[i * n + i]!;
  }
}
