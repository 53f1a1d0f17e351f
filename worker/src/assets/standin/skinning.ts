import { mouth } from './anatomy.js';
import { mouthLine, mouthOpening } from './feature-curves.js';
import { belowSlit, type HeadMesh, type VertexPlace } from './head-mesh.js';
import { lerp, smoothStep } from './scalar-fields.js';

const jointCount = 5; // root, neck, jaw, left eye, right eye

/** Linear-blend weights [N,5], each row sums to 1. The left eye is the person's (x > 0). */
export function skinningWeights(mesh: HeadMesh): Float32Array {
  const weights = new Float32Array(mesh.places.length * jointCount);
  for (const [i, place] of mesh.places.entries()) {
    const row = weights.subarray(i * jointCount, (i + 1) * jointCount);
    if (place.part === 'eye-right') row[3] = 1;
    else if (place.part === 'eye-left') row[4] = 1;
    else {
      const jaw = jawShare(place);
      const head = smoothStep(place.h, -180, -120);
      row[2] = jaw;
      row[1] = (1 - jaw) * head;
      row[0] = (1 - jaw) * (1 - head);
    }
  }
  return weights;
}

/** How much a vertex goes with the jaw: all of it below the slit, none above, blending over the cheeks towards the ear. */
export function jawShare(place: VertexPlace): number {
  if (place.part === 'pocket') {
    const lip = jawOfSkin(place.s, place.h);
    return lerp(lip, belowSlit(place) ? 0.85 : 0.15, place.depth * 0.7);
  }
  return jawOfSkin(place.s, place.h);
}

function jawOfSkin(s: number, h: number): number {
  const a = Math.abs(s);
  const aside = Math.max(0, a - mouth.inner);
  // The line about which the cheek hinges climbs from the mouth's corner to the ear.
  const line = a < mouth.inner ? mouthLine(s) : mouthLine(mouth.inner) + 0.62 * aside;
  const width = Math.max(mouthOpening(s), 0.8) + 0.75 * aside;
  const share = smoothStep(h - line, width, -width);
  const throat = smoothStep(h, -150, -100);
  const behind = 1 - smoothStep(a, 72, 106);
  return share * throat * behind;
}

/** Joint regressor [5,N]: each row averages a few vertices, so that joints move with the shape. */
export function jointRegressor(mesh: HeadMesh): Float32Array {
  const count = mesh.places.length;
  const regressor = new Float32Array(jointCount * count);
  const pick = (joint: number, chosen: (place: VertexPlace, y: number) => boolean): void => {
    const found = mesh.places.flatMap((place, i) => (chosen(place, mesh.positions[i]![1]) ? [i] : []));
    for (const i of found) regressor[joint * count + i] = 1 / found.length;
  };
  pick(0, (place) => place.part === 'skin' && place.h < -150);
  pick(1, (place) => place.part === 'skin' && place.h >= -150 && place.h < -122);
  pick(2, (place) => place.part === 'skin' && Math.abs(Math.abs(place.s) - 108) < 12 && Math.abs(place.h + 8) < 14);
  pick(3, (place) => place.part === 'eye-right');
  pick(4, (place) => place.part === 'eye-left');
  return regressor;
}
