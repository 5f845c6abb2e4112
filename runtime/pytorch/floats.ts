import { ITEM_BYTES, type TorchType } from "./values.ts";

/** The items of a storage, little-endian, as f32. f64 and integers beyond 2^24 are rounded; bool gives 0 and 1. */
export function toFloats(bytes: Uint8Array, type: TorchType): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const item = READ[type];
  const size = ITEM_BYTES[type];
  const count = Math.floor(bytes.length / size);
  // The common case, at the speed of memory: f32 that lies on a multiple of 4.
  if (type === "f32" && bytes.byteOffset % 4 === 0 && littleEndian) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = item(view, i * size);
  return values;
}

const READ: Readonly<Record<TorchType, (view: DataView, at: number) => number>> = {
  f64: (view, at) => view.getFloat64(at, true),
  f32: (view, at) => view.getFloat32(at, true),
  f16: (view, at) => halfToFloat(view.getUint16(at, true)),
  bf16: (view, at) => bits(view.getUint16(at, true) << 16),
  i64: (view, at) => Number(view.getBigInt64(at, true)),
  i32: (view, at) => view.getInt32(at, true),
  i16: (view, at) => view.getInt16(at, true),
  i8: (view, at) => view.getInt8(at),
  u8: (view, at) => view.getUint8(at),
  bool: (view, at) => Number(view.getUint8(at) !== 0),
};

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));
function bits(pattern: number): number {
  scratch.setInt32(0, pattern);
  return scratch.getFloat32(0);
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
