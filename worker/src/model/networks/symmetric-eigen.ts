export interface EigenPair {
  readonly value: number;
  readonly vector: Float64Array;
}

const maxSweeps = 40;

/** Eigenpairs of a small symmetric matrix, largest value first, by cyclic Jacobi rotations. */
export function symmetricEigen(matrix: readonly Float64Array[]): EigenPair[] {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  // Row i of `vectors` becomes the eigenvector of value i.
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const scale = a.reduce((sum, row, i) => sum + row[i]! ** 2, 0);
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off += a[p]![q]! ** 2;
        rotate(a, vectors, p, q);
      }
    }
    if (off <= 1e-24 * scale) break;
  }
  return vectors.map((vector, i) => ({ value: a[i]![i]!, vector })).sort((x, y) => y.value - x.value);
}

/** Zeroes a[p][q] by a rotation in the plane of p and q. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const coupling = a[p]![q]!;
  if (coupling === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * coupling);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(tangent * tangent + 1);
  const s = tangent * c;
  for (const row of a) {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  turnRows(a[p]!, a[q]!, c, s);
  turnRows(vectors[p]!, vectors[q]!, c, s);
}

function turnRows(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let k = 0; k < x.length; k++) {
    const [u, v] = [x[k]!, y[k]!];
    x[k] = c * u - s * v;
    y[k] = s * u + c * v;
  }
}
