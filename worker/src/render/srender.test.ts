import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tf } from '../tensor/tf.js';
import { assertGradient, noise } from '../testing/finite-difference.js';
import { projectPoints } from './camera.js';
import { rasterise } from './raster.js';
import { shade } from './sh.js';
import { renderFaces } from './srender.js';

const size = 10;
const side = 5;
const albedoSide = 6;

/** A bumpy sheet of side x side vertices that fills most of the picture. */
function sheet() {
  const vertices = new Float32Array(side * side * 3);
  const uvs: number[] = [];
  const bumps = noise(side * side, 3);
  for (let v = 0; v < side * side; v++) {
    const [x, y] = [(v % side) / (side - 1), Math.floor(v / side) / (side - 1)];
    vertices.set([1.7 * x - 0.85, 1.7 * y - 0.85, 0.2 * bumps[v]!], v * 3);
    uvs.push(1.6 * x - 0.8, 1.6 * y - 0.8);
  }
  const faces: number[] = [];
  for (let v = 0; v < side * (side - 1); v++) {
    if (v % side === side - 1) continue;
    faces.push(v, v + 1, v + side, v + 1, v + side + 1, v + side);
  }
  const faceUvs = faces.flatMap((v) => [uvs[v * 2]!, uvs[v * 2 + 1]!]);
  return { vertices, faces: Int32Array.from(faces), faceUvs: Float32Array.from(faceUvs) };
}

const { vertices, faces, faceUvs } = sheet();
const cam = Float32Array.of(1, 0.01, 0.02);
const albedo = noise(albedoSide * albedoSide * 3, 5).map((value) => 0.5 + 0.4 * value);
const light = noise(27, 7);
const target = noise(size * size * 3, 9);

function constants() {
  return {
    faces: tf.tensor2d(faces, [faces.length / 3, 3], 'int32'),
    faceUvs: tf.tensor2d(faceUvs, [faces.length / 3, 6]),
    faceEyeMask: tf.ones([albedoSide, albedoSide, 1]),
  };
}

function render(points: tf.Tensor, colours: tf.Tensor, lights: tf.Tensor) {
  const projected = projectPoints(points, tf.tensor2d(cam, [1, 3]));
  // Which face is seen is decided at the unmoved points, as in training: it has no gradient.
  const still = projectPoints(tf.tensor3d(vertices, [1, side * side, 3]), tf.tensor2d(cam, [1, 3]));
  const pixelFaces = tf.tensor2d(rasterise(still.dataSync() as Float32Array, faces, size), [1, size * size], 'int32');
  return renderFaces(constants(), {
    vertices: points,
    projected,
    pixelFaces,
    albedo: colours.reshape([1, albedoSide, albedoSide, 3]),
    light: lights.reshape([1, 9, 3]),
    shBasis: 'renderer3',
    imageSize: size,
  });
}

const lossOf = (points: tf.Tensor, colours: tf.Tensor, lights: tf.Tensor) =>
  render(points, colours, lights)
    .image.sub(tf.tensor(target, [1, size, size, 3]))
    .square()
    .sum();

describe('the renderer', () => {
  const points = () => tf.tensor(vertices, [1, side * side, 3]);
  const colours = () => tf.tensor(albedo, [albedoSide * albedoSide * 3]);
  const lights = () => tf.tensor(light, [27]);

  it('has the gradient of central differences in light, albedo and vertices', () => {
    assertGradient((x) => lossOf(points(), colours(), x), light, [27]);
    assertGradient((x) => lossOf(points(), x, lights()), albedo, [albedo.length]);
    assertGradient((x) => lossOf(x, colours(), lights()), vertices, [1, side * side, 3], {
      step: 1e-4,
      tolerance: 4e-2,
      probes: 25,
    });
  });

  it('is black outside and never NaN', () => {
    tf.tidy(() => {
      const { image, alpha } = render(points(), colours(), lights());
      const [colour, drawn] = [image.dataSync(), alpha.dataSync()];
      assert.ok(drawn.includes(0) && drawn.includes(1));
      for (const [pixel, value] of drawn.entries()) if (value === 0) assert.equal(Math.abs(colour[pixel * 3]!), 0);
      assert.ok(colour.every(Number.isFinite));
    });
  });

  it('shades with 1 when only the constant term is set, to the inverse of its constant', () => {
    tf.tidy(() => {
      const white = tf
        .zeros([9, 3])
        .add(tf.tensor2d([1, ...Array<number>(8).fill(0)], [9, 1]))
        .div(Math.sqrt(Math.PI) / 2);
      const normals = tf.tensor3d([0, 0, 1], [1, 1, 3]);
      const shading = shade(normals, white.expandDims(0), 'renderer3').dataSync();
      for (const value of shading) assert.ok(Math.abs(value - 1) < 1e-6, `only the constant term lights: ${value}`);
    });
  });
});

describe('the camera', () => {
  it('turns y and z over at scale 1', () => {
    const projected = tf.tidy(() =>
      projectPoints(tf.tensor3d([0.1, 0.2, 0.3], [1, 1, 3]), tf.tensor2d([1, 0, 0], [1, 3])).dataSync(),
    );
    assert.deepEqual([...projected], [0.1, -0.2, -0.3].map(Math.fround));
  });
});
