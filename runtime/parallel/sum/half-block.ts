/**
 * Gradients in half precision, as they travel: blocks of 64, each a power of two (f32) by which to multiply, then 64
 * times f16. The power is such that the largest of a block becomes 2^14 to 2^15. So no block overflows, whatever its
 * gradients are, and what is 2^-28 of a block's largest is still there, with 11 bits: the scale of the loss does not
 * matter. Where one of a block is infinite or NaN the power is NaN, and so is all that comes out of it.
 *
 * There are no subnormal f16 (they are 0) and no subnormal powers, which devices treat differently: what all ranks
 * unpack from the same bytes are the same bits.
 */
export const BLOCK_VALUES = 64;
/** Bytes of a block of 64 as f32, and packed. */
export const SINGLE_BLOCK = 4 * BLOCK_VALUES;
export const HALF_BLOCK = 4 + 2 * BLOCK_VALUES;

/** The power that says of a block that it holds an infinity or NaN. */
export const NOT_FINITE = 0x7fc0_0000;
/** Exponents (as in the bits of an f32) of a block's largest are taken for at least this, so that no power is subnormal. */
export const LEAST_EXPONENT = 41;
