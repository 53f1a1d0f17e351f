import type { Cut, Frame } from '../data/frame.js';
import { shapeView } from '../render/shape-view.js';
import type { Decoded } from './infer-session.js';

/** How much of the photo the grey head hides. */
const opacity = 0.75;
/** The head reaches beyond the crop, whose square fits the face: it is drawn in a square this many times as wide. */
const reach = 2;
/** Smaller is not worth drawing; larger takes seconds a frame. */
const [least, most] = [2, 2048];

/**
 * The photo `frame` with the grey head over it, RGB bytes. `crop` is the square of this frame in whose coordinates [-1,1] the head
 * is projected.
 */
export function overlayHead(frame: Frame, crop: Cut, head: Decoded, faces: Int32Array): Uint8Array {
  const side = reach * crop.side;
  const size = Math.round(side);
  const result = Uint8Array.from(frame.data);
  if (size < least || size > most) return result;
  const left = Math.round(crop.x - side / 2);
  const top = Math.round(crop.y - side / 2);
  const blank = new Float32Array(size * size * 3).fill(-1);
  const projected = head.projected.map((value) => value / reach);
  const view = shapeView(head.vertices, projected, faces, blank, size);
  for (let row = Math.max(0, -top); row < Math.min(size, frame.height - top); row++) {
    for (let column = Math.max(0, -left); column < Math.min(size, frame.width - left); column++) {
      const from = 3 * (row * size + column);
      if (view[from]! < 0) continue;
      const to = 3 * ((top + row) * frame.width + left + column);
      for (let i = 0; i < 3; i++)
        result[to + i] = Math.round((1 - opacity) * frame.data[to + i]! + opacity * 255 * view[from + i]!);
    }
  }
  return result;
}

export type Colour = readonly [number, number, number];
const borderWidth = 4;

/** Draws a frame around a picture in place: filled in and lost frames are told apart at a glance. */
export function drawBorder(width: number, height: number, data: Uint8Array, colour: Colour): void {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const inner =
        row >= borderWidth && row < height - borderWidth && column >= borderWidth && column < width - borderWidth;
      if (!inner) data.set(colour, 3 * (row * width + column));
    }
  }
}
