import { tf } from '../tensor/tf.js';

export type ShBasis = 'renderer3' | 'standard' | 'deca';

const l0 = 1 / Math.sqrt(4 * Math.PI);
const l1 = ((2 * Math.PI) / 3) * Math.sqrt(3 / (4 * Math.PI));
const l2 = (Math.PI / 4) * 3 * Math.sqrt(5 / (12 * Math.PI));
const l2half = l2 / 2;
const l20 = (Math.PI / 8) * Math.sqrt(5 / (4 * Math.PI));
/** The legacy renderer's first constant is sqrt(pi)/2. */
const legacyL0 = Math.sqrt(Math.PI) / 2;

/**
 * The nine constants of a basis, in its own order (model-facts §2.4): `deca` is the order of E_flame's light codes; `renderer3` is
 * the legacy run's, whose seventh term 2(z2-x2-y2) is not the standard 2z2-x2-y2, which `standard` has.
 */
const factors: Record<ShBasis, readonly number[]> = {
  deca: [l0, l1, l1, l1, l2, l2, l2, l2half, l20],
  renderer3: [legacyL0, l1, l1, l1, l2, l2, l20, l2, l2],
  standard: [legacyL0, l1, l1, l1, l2, l2, l20, l2, l2],
};

/** A light code [9,3] in DECA's basis: white, 0.6 from everywhere and 0.4 from the front (along z). Our own choice. */
export function frontalLight(): Float32Array {
  const code = new Float32Array(27);
  code.fill(0.6 / l0, 0, 3);
  code.fill(0.4 / l1, 9, 12);
  return code;
}

/** Shading [B,P,3] of normals [B,P,3] under light codes [B,9,3]. */
export function shade(normals: tf.Tensor, light: tf.Tensor, basis: ShBasis): tf.Tensor3D {
  const [x, y, z] = tf.split(normals, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const terms = tf.concat(termsOf(x, y, z, basis), -1).mul(tf.tensor1d([...factors[basis]]));
  return tf.matMul(terms as tf.Tensor3D, light as tf.Tensor3D);
}

function termsOf(x: tf.Tensor, y: tf.Tensor, z: tf.Tensor, basis: ShBasis): tf.Tensor[] {
  const one = tf.onesLike(x);
  const [xx, yy, zz] = [x.square(), y.square(), z.square()];
  const [xy, yz, zx] = [x.mul(y), y.mul(z), z.mul(x)];
  if (basis === 'deca') return [one, x, y, z, xy, zx, yz, xx.sub(yy), zz.mul(3).sub(1)];
  const q = basis === 'renderer3' ? zz.sub(xx).sub(yy).mul(2) : zz.mul(2).sub(xx).sub(yy);
  return [one, y, z, x, xy, yz, q, zx, xx.sub(yy)];
}
