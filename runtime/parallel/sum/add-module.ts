/** The bytes of WebAssembly's binary format that are used here, by their names in its text format. */
const [LOOP, END, BR_IF, LOCAL_GET, LOCAL_SET, LOCAL_TEE, I32_CONST, I32_LT_U, I32_ADD] = [0x03, 0x0b, 0x0d, 0x20, 0x21, 0x22, 0x41, 0x49, 0x6a];
const [I32, FUNC, VOID, MEMORY] = [0x7f, 0x60, 0x40, 0x02];
/** After its code, the power of two that addresses are multiples of. */
const V128_LOAD = [0xfd, 0x00, 4];
const V128_STORE = [0xfd, 0x0b, 4];
const F32X4_ADD = [0xfd, 0xe4, 0x01];

/** Bytes added in one turn of the loop. */
export const TURN_BYTES = 64;

/**
 * A module that adds arrays of f32 in the memory it is given, four numbers at once. As text:
 *
 *     (import "m" "m" (memory 1))
 *     (func (export "add") (param $into i32) (param $a i32) (param $b i32) (param $end i32)
 *       (loop
 *         (v128.store (local.get $into) (f32x4.add (v128.load (local.get $a)) (v128.load (local.get $b))))
 *         ... the same at offsets 16, 32 and 48
 *         (local.set $into (i32.add (local.get $into) (i32.const 64)))
 *         (local.set $a (i32.add (local.get $a) (i32.const 64)))
 *         (br_if 0 (i32.lt_u (local.tee $b (i32.add (local.get $b) (i32.const 64))) (local.get $end)))))
 *
 * `$end` is where `$b` ends.
 */
export function addModule(): Uint8Array {
  const [into, a, b, end] = [0, 1, 2, 3];
  const addAt = (offset: number): number[] => [LOCAL_GET, into, LOCAL_GET, a, ...V128_LOAD, offset, LOCAL_GET, b, ...V128_LOAD, offset, ...F32X4_ADD, ...V128_STORE, offset];
  const next = (local: number, set: number): number[] => [LOCAL_GET, local, I32_CONST, ...signed(TURN_BYTES), I32_ADD, set, local];
  const loop = [LOOP, VOID, ...[0, 16, 32, 48].flatMap(addAt), ...next(into, LOCAL_SET), ...next(a, LOCAL_SET), ...next(b, LOCAL_TEE), LOCAL_GET, end, I32_LT_U, BR_IF, 0, END];
  const noLocals = 0;
  const body = [noLocals, ...loop, END];
  return Uint8Array.from([
    ...[0x00, ...text("asm"), 1, 0, 0, 0],
    ...section(1, [1, FUNC, 4, I32, I32, I32, I32, 0]), // the function's type
    ...section(2, [1, ...name("m"), ...name("m"), MEMORY, 0, 1]),
    ...section(3, [1, 0]), // one function, of type 0
    ...section(7, [1, ...name("add"), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(word: string): number[] {
  return [word.length, ...text(word)];
}

function text(word: string): number[] {
  return [...Buffer.from(word)];
}

/** Numbers below 2^14, in groups of seven bits. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, value >> 7];
}

/** From 64 to 8191: the sign is the last group's highest bit. */
function signed(value: number): number[] {
  return [(value & 127) | 128, value >> 7];
}
