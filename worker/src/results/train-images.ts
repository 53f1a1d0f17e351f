import type { ObjectStore } from '@auseq/infra/store/object-store';
import sharp from 'sharp';
import type { AssetBundle } from '../assets/types.js';
import type { Draw } from '../data/types.js';
import { drawLandmarks, green, red } from '../render/draw-landmarks.js';
import { pictureGrid } from '../render/picture-grid.js';
import { shapeView } from '../render/shape-view.js';
import type { BivitEngine } from '../step/bivit-engine.js';

const quality = 92;

export interface PictureSources {
  readonly engine: BivitEngine;
  readonly assets: AssetBundle;
  readonly imageSize: number;
  readonly store: Pick<ObjectStore, 'put'>;
}

/**
 * The legacy picture of a few samples as one JPEG (model-facts §2.6), a column a sample. Rows: inputs; old face shape (coarse codes, face
 * region); old full shape; dense points of the data; dense points predicted over them; face shape; full shape; render.
 */
export async function writePictureGrid(
  sources: PictureSources,
  draws: readonly Draw[],
  key: string,
  signal: AbortSignal,
): Promise<{ width: number; height: number; encoded: Uint8Array }> {
  const columns: Float32Array[][] = [];
  for (const draw of draws) columns.push(await pictureColumn(sources, draw, signal));
  const rows = (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]!));
  const { width, height, pixels } = pictureGrid(rows, sources.imageSize);
  const encoded = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  await sources.store.put(key, encoded, signal);
  return { width, height, encoded };
}

async function pictureColumn(sources: PictureSources, draw: Draw, signal: AbortSignal): Promise<Float32Array[]> {
  const { engine, assets, imageSize: size } = sources;
  const { flame } = assets;
  const data = await engine.prepare(draw, signal);
  const { codes, projected } = engine.infer(data);
  const shown = engine.picture(data, codes, engine.raster(projected));
  const first = (name: string, length: number) => (shown[name] as Float32Array).subarray(0, length);
  const points = flame.template.length;
  const input = channelsLast(data.targets.image, size);
  const face = faceTriangles(assets);
  const view = (vertices: string, place: string, faces: Int32Array) =>
    shapeView(first(vertices, points), first(place, points), faces, input, size);
  const dense = Float32Array.from(input);
  drawLandmarks(dense, data.targets.landmarkDense.subarray(0, 105 * 3), size, red);
  const predicted = Float32Array.from(dense);
  drawLandmarks(predicted, first('landmarks105', 105 * 3), size, green);
  return [
    input,
    view('oldVertices', 'oldProjected', face),
    view('oldVertices', 'oldProjected', flame.faces),
    dense,
    predicted,
    view('vertices', 'projected', face),
    view('vertices', 'projected', flame.faces),
    first('image', size * size * 3).slice(),
  ];
}

/** The triangles inside the uv face mask: the face without scalp and neck. */
function faceTriangles({ flame, uvMasks }: AssetBundle): Int32Array {
  const { size, face } = uvMasks;
  const inside = (corner: number) => {
    const index = flame.uvFaces[corner]!;
    const column = Math.min(size - 1, Math.floor(flame.uvs[index * 2]! * size));
    const row = Math.min(size - 1, Math.floor((1 - flame.uvs[index * 2 + 1]!) * size));
    return face[row * size + column]! > 0.5;
  };
  return flame.faces.filter((_, corner) => {
    const start = corner - (corner % 3);
    return inside(start) && inside(start + 1) && inside(start + 2);
  });
}

/** [3,S,S] -> [S,S,3]. */
function channelsLast(planes: Float32Array, size: number): Float32Array {
  const pixels = size * size;
  return Float32Array.from({ length: pixels * 3 }, (_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)]!);
}
