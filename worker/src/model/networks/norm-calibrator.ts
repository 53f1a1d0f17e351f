import type { HostArray, WeightMap } from '../../assets/types.js';
import { tf } from '../../tensor/tf.js';
import { batchNormEps } from './fold-layer.js';

/** Sets the norms of a network one after the other while its calibration pictures pass. */
export interface NormCalibrator {
  /** The weights so far; starts as a copy of the given ones. */
  readonly weights: Map<string, HostArray>;
  /** A weight as a tensor in torch's layout. */
  tensor(name: string): tf.Tensor;
  replace(name: string, data: Float32Array): void;
  /** Divides by the root mean square over all channels, without centring; returns what the norm gives, times `gain`. */
  scale(norm: string, x: tf.Tensor, gain: number): tf.Tensor;
  /** Centres each channel at -shift with deviation 1; returns what the norm gives. */
  centre(norm: string, x: tf.Tensor, shift: number): tf.Tensor;
}

export function createNormCalibrator(source: WeightMap): NormCalibrator {
  const weights = new Map(source);
  const set = (name: string, data: Float32Array) => weights.set(name, { shape: weights.get(name)!.shape, data });
  const write = (norm: string, parts: { mean: Float32Array; variance: Float32Array; gain: number; bias: number }) => {
    const size = parts.mean.length;
    set(`${norm}.running_mean`, parts.mean);
    set(`${norm}.running_var`, parts.variance);
    set(`${norm}.weight`, new Float32Array(size).fill(parts.gain));
    set(`${norm}.bias`, new Float32Array(size).fill(parts.bias));
  };
  return {
    weights,
    tensor(name) {
      const { data, shape } = weights.get(name)!;
      return tf.tensor(data, [...shape], 'float32');
    },
    replace: set,
    scale(norm, x, gain) {
      const size = x.shape.at(-1)!;
      const power = x.square().mean().dataSync()[0]!;
      write(norm, { mean: new Float32Array(size), variance: new Float32Array(size).fill(power), gain, bias: 0 });
      return x.mul(gain / Math.sqrt(power + batchNormEps));
    },
    centre(norm, x, shift) {
      const axes = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
      const { mean, variance } = tf.moments(x, axes);
      write(norm, {
        mean: mean.dataSync() as Float32Array,
        variance: variance.dataSync() as Float32Array,
        gain: 1,
        bias: -shift,
      });
      return x.sub(mean).mul(variance.add(batchNormEps).rsqrt()).sub(shift);
    },
  };
}
