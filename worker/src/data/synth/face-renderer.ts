import type { AssetBundle } from '../../assets/types.js';
import { flameConstants } from '../../model/flame/constants.js';
import { contourBin, contourEmbedding } from '../../model/flame/contour.js';
import { flameForward } from '../../model/flame/flame-forward.js';
import { flameTexture } from '../../model/flame/flame-tex.js';
import { selectLandmarks } from '../../model/flame/landmarks.js';
import { projectPoints } from '../../render/camera.js';
import { rasterise } from '../../render/raster.js';
import { renderFaces } from '../../render/srender.js';
import { tf } from '../../tensor/tf.js';
import type { FaceCodes } from './motion.js';

/** A rendered face and its exact landmarks. */
export interface RenderedFace {
  readonly image: Float32Array; // [S,S,3] 0..1
  readonly alpha: Float32Array; // [S,S]
  readonly landmarks68: Float32Array; // [68,3] in [-1,1], y down
  readonly landmarks105: Float32Array; // [105,3]
}

export interface FaceRenderer {
  render(codes: FaceCodes, size: number): RenderedFace;
  close(): void;
}

/** Renders faces from codes with the same functions that training compiles, run directly. */
export function createFaceRenderer(assets: AssetBundle): FaceRenderer {
  const constants: Record<string, tf.Tensor> = Object.fromEntries(
    Object.entries(flameConstants(assets)).map(([name, { shape, data }]) => [
      name,
      tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    ]),
  );
  return {
    render(codes, size) {
      // Not `tidy`: what it returns may hold tensors only.
      tf.engine().startScope();
      try {
        return renderOne(constants, assets, codes, size);
      } finally {
        tf.engine().endScope();
      }
    },
    close: () => tf.dispose(constants),
  };
}

function renderOne(
  c: Readonly<Record<string, tf.Tensor>>,
  { flame, landmarks }: AssetBundle,
  codes: FaceCodes,
  size: number,
): RenderedFace {
  const row = (values: Float32Array) => tf.tensor2d(values, [1, values.length]);
  const { vertices } = flameForward(c, { shape: row(codes.shape), exp: row(codes.exp), pose: row(codes.pose) });
  const projected = projectPoints(vertices, row(codes.cam));
  const contour = contourEmbedding(landmarks, contourBin(codes.pose));
  const faces68 = tf.concat([tf.tensor2d(contour.faces, [1, 17], 'int32'), c.staticFaces!.expandDims(0)], 1);
  const bary68 = tf.concat([tf.tensor3d(contour.bary, [1, 17, 3]), c.staticBary!.expandDims(0)], 1);
  const pixelFaces = rasterise(projected.dataSync() as Float32Array, flame.faces, size);
  const { image, alpha } = renderFaces(c, {
    vertices,
    projected,
    pixelFaces: tf.tensor2d(pixelFaces, [1, size * size], 'int32'),
    albedo: flameTexture(c, row(codes.tex)),
    light: tf.tensor3d(codes.light, [1, 9, 3]),
    shBasis: 'renderer3',
    imageSize: size,
  });
  const points = (faces: tf.Tensor, bary: tf.Tensor) =>
    selectLandmarks(c, projected, faces, bary).dataSync() as Float32Array;
  return {
    image: image.dataSync() as Float32Array,
    alpha: alpha.dataSync() as Float32Array,
    landmarks68: points(faces68, bary68),
    landmarks105: points(c.denseFaces!.expandDims(0), c.denseBary!.expandDims(0)),
  };
}
