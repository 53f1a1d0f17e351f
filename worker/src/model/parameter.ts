/** One trained or frozen tensor of a network: its state-dict name and shape in torch's layout (out, in, ...). */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Elements of a shape; a scalar has one. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/** Weights of a list of parameters. */
export function countWeights(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
