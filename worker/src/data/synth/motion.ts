import { normalStream, randomStream } from '../../assets/standin/random.js';

/** Codes of one rendered frame (model-facts §1.3, §2.1, §2.2). */
export interface FaceCodes {
  readonly shape: Float32Array<ArrayBuffer>; // [100]
  readonly exp: Float32Array<ArrayBuffer>; // [50]
  readonly tex: Float32Array<ArrayBuffer>; // [50]
  readonly pose: Float32Array<ArrayBuffer>; // [6] root and jaw, axis-angle
  readonly cam: Float32Array<ArrayBuffer>; // [3] scale, x, y
  readonly light: Float32Array<ArrayBuffer>; // [27]: 9 spherical harmonics x RGB
}

/** Where the face's middle lies in the model, metres: the camera points there. */
export interface FaceMiddle {
  readonly x: number;
  readonly y: number;
}

/** Expression directions that move; later ones are faint. */
const movingCodes = 12;

/**
 * The codes of a sequence of `frames`: one person in one light, whose expression, jaw and head move smoothly. The same seed
 * and index give the same codes.
 */
export function sequenceCodes(seed: number, index: number, frames: number, middle: FaceMiddle): FaceCodes[] {
  const uniform = randomStream(seed, `sequence ${index}`);
  const normal = normalStream(uniform);
  const between = (low: number, high: number) => low + (high - low) * uniform();
  const shape = Float32Array.from({ length: 100 }, (_, i) => (i < 40 ? 0.6 : 0.2) * normal());
  const tex = Float32Array.from({ length: 50 }, () => 0.5 * normal());
  const light = lightCodes(between(0.75, 1), between(-0.2, 0.2), between(-0.1, 0.3));
  const wave = (amplitude: number, centre = 0) => {
    const [pace, phase] = [between(0.12, 0.45), between(0, 2 * Math.PI)];
    return (t: number) => centre + amplitude * Math.sin(pace * t + phase);
  };
  const exp = Array.from({ length: movingCodes }, () => wave(Math.abs(0.9 * normal()), 0.3 * normal()));
  const [pitch, yaw, roll] = [wave(0.08), wave(0.2), wave(0.08)];
  const jaw = wave(0.1, 0.1);
  const [scale, x, y] = [wave(0.15, between(6.3, 7.2)), wave(0.006), wave(0.006)];
  return Array.from({ length: frames }, (_, t) => ({
    shape,
    tex,
    light,
    exp: Float32Array.from({ length: 50 }, (_, i) => exp[i]?.(t) ?? 0),
    pose: Float32Array.of(pitch(t), yaw(t), roll(t), jaw(t), 0, 0),
    cam: Float32Array.of(scale(t), x(t) - middle.x, y(t) - middle.y),
  }));
}

/** White light of a strength from all sides, more from the front and from one side. */
function lightCodes(strength: number, side: number, above: number): Float32Array<ArrayBuffer> {
  const terms = [strength, above, 0.3, side, 0, 0, 0, 0, 0];
  return Float32Array.from(terms.flatMap((value) => [value, value, value]));
}
