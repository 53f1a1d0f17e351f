/**
 * Solves A x = b for a symmetric positive definite A [n,n] (row-major, only the lower half is read; overwritten by its
 * Cholesky factor) and each column of b [n, columns] in place. Returns false, b untouched, when A is not positive definite.
 */
export function solveInPlace(a: Float64Array, b: Float64Array, n: number, columns = 1): boolean {
  for (let j = 0; j < n; j += 1) {
    for (let i = j; i < n; i += 1) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k += 1) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i === j) {
        if (!(sum > 0)) return false;
        a[j * n + j] = Math.sqrt(sum);
      } else a[i * n + j] = sum / a[j * n + j]!;
    }
  }
  for (let c = 0; c < columns; c += 1) {
    for (let i = 0; i < n; i += 1) {
      let sum = b[i * columns + c]!;
      for (let k = 0; k < i; k += 1) sum -= a[i * n + k]! * b[k * columns + c]!;
      b[i * columns + c] = sum / a[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i -= 1) {
      let sum = b[i * columns + c]!;
      for (let k = i + 1; k < n; k += 1) sum -= a[k * n + i]! * b[k * columns + c]!;
      b[i * columns + c] = sum / a[i * n + i]!;
    }
  }
  return true;
}

/** Adds J^T J to the lower half of `a` [n,n] and J^T r to `g` [n], for J [rows, n] and r [rows]. */
export function addNormal(a: Float64Array, g: Float64Array, jacobian: Float64Array, r: Float64Array, n: number): void {
  for (let row = 0; row < r.length; row += 1) {
    const start = row * n;
    const residual = r[row]!;
    for (let i = 0; i < n; i += 1) {
      const value = jacobian[start + i]!;
      if (value === 0) continue;
      g[i]! += value * residual;
      const line = i * n;
      for (let j = 0; j <= i; j += 1) a[line + j]! += value * jacobian[start + j]!;
    }
  }
}
