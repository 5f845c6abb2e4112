import { UserError } from "../errors.ts";

/** The sampling rates we read and make, Hz. */
export const LOWEST_RATE = 1000;
export const HIGHEST_RATE = 768_000;

/** Throws UserError JR406 for a rate no model can mean. */
export function checkRate(rate: number): void {
  if (Number.isInteger(rate) && rate >= LOWEST_RATE && rate <= HIGHEST_RATE) return;
  throw new UserError("JR406", `the sampling rate must be a whole number of Hz from ${LOWEST_RATE} to ${HIGHEST_RATE}, not ${rate}`);
}
