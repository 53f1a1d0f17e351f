import type { WeightMap } from '../../assets/types.js';
import type { BivitShape } from './shape.js';

type Rows = Float64Array[];

/** Dropout multipliers of one sequence by site. */
type Masks64 = Readonly<Record<string, ArrayLike<number>>> | null;

/**
 * BiViT of one sequence in plain float64, written apart from the TensorFlow one to check it: `afn` [frames,27,A] and
 * `global` [frames,G] flat -> codes [outputs] (model-facts §0.1).
 */
export function bivit64(
  weights: WeightMap,
  afn: ArrayLike<number>,
  global: ArrayLike<number>,
  shape: BivitShape,
  masks: Masks64 = null,
): Float64Array {
  const w = (name: string) => weights.get(name)!.data;
  const norm = (name: string, rows: Rows) =>
    rows.map((row) => layerNorm64(row, w(`${name}.weight`), w(`${name}.bias`)));
  const linear = (name: string, rows: Rows) =>
    rows.map((row) => affine(row, w(`${name}.weight`), weights.get(`${name}.bias`)?.data));
  const drop = (site: string, rows: Rows): Rows =>
    masks ? rows.map((row, t) => row.map((value, c) => value * masks[site]![t * row.length + c]!)) : rows;

  const attend = (place: { name: string; site: string }, q: Rows, k: Rows, v: Rows): Rows => {
    const { heads, headWidth } = shape;
    const mixed = q.map(() => new Float64Array(heads * headWidth));
    for (let head = 0; head < heads; head++) {
      for (const [t, query] of q.entries()) {
        const scores = k.map((key) => dotRange(query, key, head * headWidth, headWidth) / Math.sqrt(headWidth));
        const top = Math.max(...scores);
        const powers = scores.map((score) => Math.exp(score - top));
        const total = powers.reduce((sum, power) => sum + power, 0);
        for (const [s, power] of powers.entries()) {
          const kept = masks ? masks[`${place.site}.attention`]![(head * q.length + t) * k.length + s]! : 1;
          for (let c = head * headWidth; c < (head + 1) * headWidth; c++) {
            mixed[t]![c] = mixed[t]![c]! + (power / total) * kept * v[s]![c]!;
          }
        }
      }
    }
    return drop(`${place.site}.out`, linear(`${place.name}.to_out.0`, mixed));
  };

  const context = [averageRows(linear('vit.FC_glob', cut(global, shape.frames)))];
  const tokens = norm(
    'vit.to_patch_embedding.3',
    linear('vit.to_patch_embedding.2', norm('vit.to_patch_embedding.1', cut(afn, shape.frames))),
  );
  let x = addRows([Float64Array.from(w('vit.cls_token')), ...tokens], cut(w('vit.pos_embedding'), shape.frames + 1));
  x = drop('embedding', x);
  for (let i = 0; i < shape.layers; i++) {
    const layer = `vit.transformer.layers.${i}`;
    const self = { name: `${layer}.0`, site: `layers.${i}.self` };
    const cross = { name: `${layer}.1`, site: `layers.${i}.cross` };
    const qkv = splitRows(linear(`${self.name}.to_qkv`, norm(`${self.name}.norm`, x)), 3);
    x = addRows(x, attend(self, qkv[0]!, qkv[1]!, qkv[2]!));
    const q = linear(`${cross.name}.to_q`, norm(`${cross.name}.norm`, x));
    const kv = splitRows(linear(`${cross.name}.to_kv`, norm(`${cross.name}.norm`, context)), 2);
    x = addRows(x, attend(cross, q, kv[0]!, kv[1]!));
    const hidden = linear(`${layer}.2.net.1`, norm(`${layer}.2.net.0`, x)).map((row) => row.map(gelu64));
    x = addRows(x, drop(`layers.${i}.mlp.out`, linear(`${layer}.2.net.4`, drop(`layers.${i}.mlp.hidden`, hidden))));
  }
  return linear('vit.mlp_head', norm('vit.transformer.norm', [x[0]!]))[0]!;
}

export function layerNorm64(row: Float64Array, gain: ArrayLike<number>, shift: ArrayLike<number>): Float64Array {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return row.map((value, c) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[c]! + shift[c]!);
}

export function gelu64(x: number): number {
  return 0.5 * x * (1 + erf64(x / Math.SQRT2));
}

/** Maclaurin series; beyond 4 the error function is 1 within 2e-8. */
function erf64(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function affine(row: Float64Array, weight: ArrayLike<number>, bias: ArrayLike<number> | undefined): Float64Array {
  const out = new Float64Array(weight.length / row.length);
  for (let o = 0; o < out.length; o++) {
    let sum = bias ? bias[o]! : 0;
    for (let c = 0; c < row.length; c++) sum += weight[o * row.length + c]! * row[c]!;
    out[o] = sum;
  }
  return out;
}

function cut(flat: ArrayLike<number>, rows: number): Rows {
  const width = flat.length / rows;
  return Array.from({ length: rows }, (_, t) => Float64Array.from({ length: width }, (_, c) => flat[t * width + c]!));
}

function splitRows(rows: Rows, parts: number): Rows[] {
  const width = rows[0]!.length / parts;
  return Array.from({ length: parts }, (_, part) => rows.map((row) => row.slice(part * width, (part + 1) * width)));
}

function addRows(a: Rows, b: Rows): Rows {
  return a.map((row, t) => row.map((value, c) => value + b[t]![c]!));
}

function averageRows(rows: Rows): Float64Array {
  return rows[0]!.map((_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length);
}

function dotRange(a: Float64Array, b: Float64Array, start: number, length: number): number {
  let sum = 0;
  for (let c = start; c < start + length; c++) sum += a[c]! * b[c]!;
  return sum;
}
