import { HALF_BLOCK, SINGLE_BLOCK } from "./half-block.ts";
import type { PieceSum } from "./piece-sum.ts";
import { instantiate } from "./web-assembly.ts";

/**
 * Widening is exact: an f16's exponent and bits, shifted to where an f32 has them, are 2^-112 of its value. Narrowing
 * rounds to the nearest, ties to even. See `half-block.ts` for the numbers.
 *
 * (module (memory (import "m" "m") 6)
 *   (func $wide (param $h v128) (param $scale v128) (result v128)
 *     (f32x4.mul (local.get $scale) (f32x4.mul (v128.const f32x4 0x1p112 0x1p112 0x1p112 0x1p112)
 *       (v128.or (v128.and (local.get $h) (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000))
 *         (i32x4.shl (v128.and (local.get $h) (v128.const i32x4 0x7fff 0x7fff 0x7fff 0x7fff)) (i32.const 13))))))
 *   (func $narrow (param $x v128) (result v128) (local $a v128)
 *     (local.set $a (v128.and (local.get $x) (v128.const i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff)))
 *     (v128.or (v128.and (i32x4.shr_u (local.get $x) (i32.const 16)) (v128.const i32x4 0x8000 0x8000 0x8000 0x8000))
 *       (v128.and (i32x4.ge_s (local.get $a) (v128.const i32x4 0x38800000 0x38800000 0x38800000 0x38800000))
 *         (i32x4.sub (i32x4.shr_u (i32x4.add (local.get $a) (i32x4.add (v128.const i32x4 0xfff 0xfff 0xfff 0xfff)
 *             (v128.and (i32x4.shr_u (local.get $a) (i32.const 13)) (v128.const i32x4 1 1 1 1)))) (i32.const 13))
 *           (v128.const i32x4 0x1c000 0x1c000 0x1c000 0x1c000)))))
 *   (func (export "add") (param $to i32) (param $from i32) (param $end i32) (local $stop i32) (local $scale v128)
 *     (loop $block
 *       (local.set $scale (v128.load32_splat (local.get $from)))
 *       (local.set $from (i32.add (local.get $from) (i32.const 4)))
 *       (local.set $stop (i32.add (local.get $from) (i32.const 128)))
 *       (loop $eight
 *         (v128.store (local.get $to) (f32x4.add (v128.load (local.get $to))
 *           (call $wide (i32x4.extend_low_i16x8_s (v128.load (local.get $from))) (local.get $scale))))
 *         (v128.store offset=16 (local.get $to) (f32x4.add (v128.load offset=16 (local.get $to))
 *           (call $wide (i32x4.extend_high_i16x8_s (v128.load (local.get $from))) (local.get $scale))))
 *         (local.set $to (i32.add (local.get $to) (i32.const 32)))
 *         (br_if $eight (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 16))) (local.get $stop))))
 *       (br_if $block (i32.lt_u (local.get $from) (local.get $end)))))
 *   (func (export "pack") (param $to i32) (param $from i32) (param $end i32) (local $at i32) (local $bits i32) (local $exponent i32) (local $max v128) (local $scale v128)
 *     (loop $block
 *       (local.set $max (v128.const i32x4 0 0 0 0))
 *       (local.set $at (local.get $from))
 *       (loop $four
 *         (local.set $max (i32x4.max_s (local.get $max) (v128.and (v128.load (local.get $at)) (v128.const i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff))))
 *         (br_if $four (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (i32.add (local.get $from) (i32.const 256)))))
 *       (local.set $max (i32x4.max_s (local.get $max) (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $max) (local.get $max))))
 *       (local.set $max (i32x4.max_s (local.get $max) (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $max) (local.get $max))))
 *       (local.set $bits (i32x4.extract_lane 0 (local.get $max)))
 *       (local.set $exponent (i32.shr_u (local.get $bits) (i32.const 23)))
 *       (local.set $exponent (select (local.get $exponent) (i32.const 41) (i32.gt_u (local.get $exponent) (i32.const 41))))
 *       (i32.store (local.get $to) (select (i32.const 0x7fc00000) (i32.shl (i32.sub (local.get $exponent) (i32.const 14)) (i32.const 23))
 *         (i32.ge_u (local.get $bits) (i32.const 0x7f800000))))
 *       (local.set $scale (i32x4.splat (i32.shl (i32.sub (i32.const 268) (local.get $exponent)) (i32.const 23))))
 *       (local.set $to (i32.add (local.get $to) (i32.const 4)))
 *       (loop $eight
 *         (v128.store (local.get $to) (i16x8.narrow_i32x4_u
 *           (call $narrow (f32x4.mul (v128.load (local.get $from)) (local.get $scale)))
 *           (call $narrow (f32x4.mul (v128.load offset=16 (local.get $from)) (local.get $scale)))))
 *         (local.set $to (i32.add (local.get $to) (i32.const 16)))
 *         (br_if $eight (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 32))) (local.get $at))))
 *       (br_if $block (i32.lt_u (local.get $from) (local.get $end))))))
 */
const MODULE =
  "AGFzbQEAAAABEgNgAnt7AXtgAXsBe2ADf39/AAIIAQFtAW0CAAYDBQQAAQICBw4CA2FkZAACBHBhY2sAAwqFBQRPACAB/QwAAIB3AACAdwAAgHcAAIB3IAD9DAAAAIAAAACAAAAAgAAA" +
  "AID9TiAA/Qz/fwAA/38AAP9/AAD/fwAA/U5BDf2rAf1Q/eYB/eYBC6ABAQF7IAD9DP///3////9/////f////3/9TiEBIABBEP2tAf0MAIAAAACAAAAAgAAAAIAAAP1OIAH9DAAAgDgA" +
  "AIA4AACAOAAAgDj9PyAB/Qz/DwAA/w8AAP8PAAD/DwAAIAFBDf2tAf0MAQAAAAEAAAABAAAAAQAAAP1O/a4B/a4BQQ39rQH9DADAAQAAwAEAAMABAADAAQD9sQH9Tv1QC3UCAX8BewNA" +
  "IAH9CQIAIQQgAUEEaiEBIAFBgAFqIQMDQCAAIAD9AAQAIAH9AAQA/acBIAQQAP3kAf0LBAAgACAA/QAEECAB/QAEAP2oASAEEAD95AH9CwQQIABBIGohACABQRBqIgEgA0kNAAsgASAC" +
  "SQ0ACwuaAgIDfwJ7A0D9DAAAAAAAAAAAAAAAAAAAAAAhBiABIQMDQCAGIAP9AAQA/Qz///9/////f////3////9//U79uAEhBiADQRBqIgMgAUGAAmpJDQALIAYgBiAG/Q0ICQoLDA0O" +
  "DwABAgMEBQYH/bgBIQYgBiAGIAb9DQQFBgcAAQIDDA0ODwgJCgv9uAEhBiAG/RsAIQQgBEEXdiEFIAVBKSAFQSlLGyEFIABBgICA/gcgBUEOa0EXdCAEQYCAgPwHTxs2AgBBjAIgBWtB" +
  "F3T9ESEHIABBBGohAANAIAAgAf0ABAAgB/3mARABIAH9AAQQIAf95gEQAf2GAf0LBAAgAEEQaiEAIAFBIGoiASADSQ0ACyABIAJJDQALCw==";

const BLOCKS = 992;
/** Pieces lie at 0, the sums as f32 behind them. */
const SUM_AT = 128 * 2 ** 10;

/** Sums gradients in half precision: unpacked and added in f32, and packed again at the end, which rounds them once. */
export class HalfSum implements PieceSum {
  readonly pieceBytes = BLOCKS * HALF_BLOCK;
  private readonly piece: Uint8Array;
  private readonly sum: Float32Array;
  private readonly addBlocks: (to: number, from: number, end: number) => void;
  private readonly packBlocks: (to: number, from: number, end: number) => void;

  constructor() {
    const { memory, exports } = instantiate(Buffer.from(MODULE, "base64"), SUM_AT + BLOCKS * SINGLE_BLOCK);
    this.piece = new Uint8Array(memory, 0, this.pieceBytes);
    this.sum = new Float32Array(memory, SUM_AT, (BLOCKS * SINGLE_BLOCK) / 4);
    this.addBlocks = exports["add"] as HalfSum["addBlocks"];
    this.packBlocks = exports["pack"] as HalfSum["packBlocks"];
  }

  target(): Uint8Array {
    return this.piece;
  }

  add(bytes: number, first: boolean): void {
    if (first) this.sum.fill(0);
    if (bytes > 0) this.addBlocks(SUM_AT, 0, bytes);
  }

  result(bytes: number): Uint8Array {
    if (bytes > 0) this.packBlocks(0, SUM_AT, SUM_AT + (bytes / HALF_BLOCK) * SINGLE_BLOCK);
    return this.piece.subarray(0, bytes);
  }
}
