/** Sizes of the frozen networks: a bottleneck ResNet and what stands on it (model-facts §2.1, §4, §5). */
export interface ResNetShape {
  /** Side of the square picture in pixels. */
  readonly image: number;
  readonly stem: number;
  /** Inner width of each stage's bottlenecks; a stage's output is `expansion` times as wide. */
  readonly widths: readonly number[];
  readonly blocks: readonly number[];
  readonly expansion: number;
  /** Hidden width of E_flame's regressor. */
  readonly hidden: number;
  /** E_flame's outputs. */
  readonly codes: number;
  readonly aus: number;
  /** Width of one AU vector. */
  readonly auWidth: number;
}

export const resNetShapes = {
  legacy: {
    image: 224,
    stem: 64,
    widths: [64, 128, 256, 512],
    blocks: [3, 4, 6, 3],
    expansion: 4,
    hidden: 1024,
    codes: 236,
    aus: 27,
    auWidth: 512,
  },
  tiny: {
    image: 64,
    stem: 16,
    widths: [16, 24, 32, 32],
    blocks: [1, 1, 1, 1],
    expansion: 2,
    hidden: 64,
    codes: 236,
    aus: 27,
    auWidth: 16,
  },
} as const satisfies Record<string, ResNetShape>;

/** Width of the pooled feature: 2048 for ResNet-50. */
export function featureWidth(shape: ResNetShape): number {
  return shape.widths.at(-1)! * shape.expansion;
}
