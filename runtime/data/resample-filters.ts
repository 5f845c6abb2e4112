/** Stopband attenuation the Kaiser window is designed for, dB. */
const ATTENUATION = 105;
/** Everything up to this fraction of the lower Nyquist frequency passes; everything above that Nyquist is stopped. */
const PASSBAND = 0.9;
/** Rate pairs with more phases than this interpolate between so many (error below -125 dB). */
const MAX_PHASES = 2048;

/**
 * The same filters come again every `period` outputs, which is `advance` inputs. They are kept in pairs: the filters
 * of outputs 2j and 2j+1, both laid out from the first input sample that either needs, so that the two share loads.
 */
export interface PairedFilters {
  readonly kind: "paired";
  /** Even. */
  readonly period: number;
  readonly advance: number;
  /** Input samples from one that stands at an output to the first that its filter weighs. */
  readonly before: number;
  /** Weights a filter, the zeros that align it with its partner included. */
  readonly taps: number;
  /** period x taps. */
  readonly rows: Float64Array;
  /** Where pair j starts, in input samples from the first output's start. */
  readonly starts: Int32Array;
}

/** Filters for outputs at p/phases between two input samples, to interpolate between; row `phases` closes the table. */
export interface PhaseFilters {
  readonly kind: "phases";
  readonly phases: number;
  readonly before: number;
  /** Weights a filter, an even number. */
  readonly taps: number;
  /** (phases + 1) x taps. */
  readonly rows: Float64Array;
}

/** A data set has few different rates; the last few are kept (each at most some tens of MB). */
const known = new Map<string, PairedFilters | PhaseFilters>();

/** Filters for `up` outputs every `down` inputs, two numbers without a common divisor. */
export function resamplingFilters(up: number, down: number): PairedFilters | PhaseFilters {
  const key = `${up}/${down}`;
  const old = known.get(key);
  if (old) return old;
  const filters = up <= MAX_PHASES ? pairedFilters(up, down) : phaseFilters(up, down);
  if (known.size >= 4) known.delete(known.keys().next().value!);
  known.set(key, filters);
  return filters;
}

function pairedFilters(up: number, down: number): PairedFilters {
  const filter = new WindowedSinc(up / down);
  const repeats = up % 2 === 0 ? 1 : 2;
  const [period, advance] = [up * repeats, down * repeats];
  const taps = filter.taps + Math.ceil(down / up);
  const rows = new Float64Array(period * taps);
  const starts = new Int32Array(period / 2);
  for (let k = 0; k < period; k++) {
    const whole = Math.floor((k * down) / up);
    if (k % 2 === 0) starts[k / 2] = whole;
    const from = k * taps + whole - starts[k >> 1]!;
    filter.weigh((k * down - whole * up) / up, rows.subarray(from, from + filter.taps));
  }
  return { kind: "paired", period, advance, before: filter.before, taps, rows, starts };
}

function phaseFilters(up: number, down: number): PhaseFilters {
  const filter = new WindowedSinc(up / down);
  const { taps, before } = filter;
  const rows = new Float64Array((MAX_PHASES + 1) * taps);
  for (let p = 0; p <= MAX_PHASES; p++) filter.weigh(p / MAX_PHASES, rows.subarray(p * taps, (p + 1) * taps));
  return { kind: "phases", phases: MAX_PHASES, before, taps, rows };
}

/** The ideal low-pass filter under a Kaiser window (Kaiser, 1974). */
class WindowedSinc {
  readonly taps: number;
  readonly before: number;
  private readonly cutoff: number;
  private readonly beta = 0.1102 * (ATTENUATION - 8.7);

  /** `ratio` of the output rate to the input rate. */
  constructor(ratio: number) {
    // Frequencies in units of the input's Nyquist frequency.
    const stop = Math.min(1, ratio);
    const transition = stop * (1 - PASSBAND);
    this.cutoff = stop - transition / 2;
    const order = (ATTENUATION - 8) / (2.285 * Math.PI * transition); // Kaiser's estimate
    this.taps = 2 * Math.ceil((order + 2) / 2);
    this.before = this.taps / 2 - 1;
  }

  /** Weights for an output `fraction` of an input sample behind input sample `before`; `row` has `taps` places. */
  weigh(fraction: number, row: Float64Array): void {
    let sum = 0;
    for (let i = 0; i < this.taps; i++) {
      const time = i - this.before - fraction;
      const edge = 1 - (time / (this.taps / 2)) ** 2;
      const value = edge <= 0 ? 0 : this.cutoff * sinc(this.cutoff * time) * besselI0(this.beta * Math.sqrt(edge));
      row[i] = value;
      sum += value;
    }
    // Each filter passes a constant unchanged, exactly.
    for (let i = 0; i < this.taps; i++) row[i]! /= sum;
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
