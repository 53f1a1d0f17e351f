/** fp32 rounded to nearest even bf16, little-endian; NaN stays NaN. */
export function toBf16(floats: Float32Array): Uint8Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let index = 0; index < bits.length; index++) {
    const bit = bits[index]!;
    const isNumber = (bit & 0x7fffffff) <= 0x7f800000;
    halves[index] = isNumber ? (bit + 0x7fff + ((bit >>> 16) & 1)) >>> 16 : (bit >>> 16) | 0x40;
  }
  return new Uint8Array(halves.buffer);
}

/** fp32 [n] of 2n bytes of bf16. */
export function fromBf16(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = new Uint32Array(bytes.byteLength / 2);
  for (let index = 0; index < bits.length; index++) bits[index] = view.getUint16(2 * index, true) << 16;
  return new Float32Array(bits.buffer);
}
