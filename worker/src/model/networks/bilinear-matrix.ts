/**
 * Rows of weights [to, from] that resize `from` samples to `to`: bilinear, pixel centres at half, edges held (torch's
 * align_corners false).
 */
export function bilinearMatrix(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const position = Math.max(0, ((row + 0.5) * from) / to - 0.5);
    const low = Math.min(from - 1, Math.floor(position));
    const high = Math.min(from - 1, low + 1);
    const share = position - low;
    matrix[row * from + low] = matrix[row * from + low]! + 1 - share;
    matrix[row * from + high] = matrix[row * from + high]! + share;
  }
  return matrix;
}
