export interface StepSettings {
  /** TensorFlow threads: kernels split their sums by it, so bits depend on it. */
  threads: number;
  onednn: boolean;
  device: 'cpu' | 'cuda';
  /** Which GPU, as CUDA counts them; all when left out. */
  gpu?: number;
}

/**
 * The environment of a step process, whole: TensorFlow reads these once, when its library is loaded, so they must stand
 * before the process starts (PROTOCOL rule 7).
 */
export function stepEnvironment({ threads, onednn, device, gpu }: StepSettings): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    // One operation after the other: two at once would share the threads in an order that time decides.
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: String(threads),
    TF_ENABLE_ONEDNN_OPTS: onednn ? '1' : '0',
    TF_DETERMINISTIC_OPS: '1',
    // Autotuning picks the kernel that was fastest this time; TF32 rounds the factors of a product to 10 bits.
    TF_CUDNN_USE_AUTOTUNE: '0',
    NVIDIA_TF32_OVERRIDE: '0',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...visibleDevices(device, gpu),
  };
}

function visibleDevices(device: 'cpu' | 'cuda', gpu?: number): Record<string, string> {
  if (device === 'cpu') return { CUDA_VISIBLE_DEVICES: '-1' };
  return gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: String(gpu) };
}
