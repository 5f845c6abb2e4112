import { resamplingFilters, type PairedFilters, type PhaseFilters } from "./resample-filters.ts";

/**
 * Converts a sampling rate by a polyphase windowed-sinc filter (Crochiere & Rabiner, "Multirate Digital
 * Signal Processing", 1983; window by Kaiser, 1974). Linear phase, no delay: output sample k stands at
 * input time k*from/to; silence is assumed outside the clip. `from`, `to` in Hz, whole numbers.
 * Returns ceil(n*to/from) samples.
 */
export function resample(input: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return input;
  const divisor = gcd(from, to);
  const up = to / divisor;
  const down = from / divisor;
  const output = new Float32Array(Math.ceil((input.length * up) / down));
  const filters = resamplingFilters(up, down);
  if (filters.kind === "paired") filterPairs(input, filters, output);
  else interpolate(input, filters, up, down, output);
  return output;
}

function filterPairs(input: Float32Array, filters: PairedFilters, output: Float32Array): void {
  const { period, advance, before, taps, rows, starts } = filters;
  const signal = withSilence(input, before, taps + 3 * advance);
  for (let pair = 0; pair < starts.length; pair++) {
    let start = starts[pair]!;
    for (let k = 2 * pair; k < output.length; k += 4 * period, start += 4 * advance) {
      filterBlock(signal, start, advance, rows, 2 * pair * taps, taps, output, k, period);
    }
  }
}

/**
 * Outputs k and k+1 and the same of the next three periods: eight sums of which every pair shares four samples
 * and every four share one weight, so that the loop loads six numbers for eight products.
 */
function filterBlock(
  signal: Float64Array, start: number, advance: number,
  rows: Float64Array, row: number, taps: number,
  output: Float32Array, k: number, period: number,
): void {
  let [even0, even1, even2, even3] = [0, 0, 0, 0];
  let [odd0, odd1, odd2, odd3] = [0, 0, 0, 0];
  for (let i = 0; i < taps; i++) {
    const at = start + i;
    const even = rows[row + i]!;
    const odd = rows[row + taps + i]!;
    const x0 = signal[at]!;
    const x1 = signal[at + advance]!;
    const x2 = signal[at + 2 * advance]!;
    const x3 = signal[at + 3 * advance]!;
    even0 += even * x0;
    even1 += even * x1;
    even2 += even * x2;
    even3 += even * x3;
    odd0 += odd * x0;
    odd1 += odd * x1;
    odd2 += odd * x2;
    odd3 += odd * x3;
  }
  // What lies behind the end of the output is dropped: a typed array ignores it.
  output[k] = even0;
  output[k + 1] = odd0;
  output[k + period] = even1;
  output[k + period + 1] = odd1;
  output[k + 2 * period] = even2;
  output[k + 2 * period + 1] = odd2;
  output[k + 3 * period] = even3;
  output[k + 3 * period + 1] = odd3;
}

function interpolate(input: Float32Array, filters: PhaseFilters, up: number, down: number, output: Float32Array): void {
  const { phases, before, taps, rows } = filters;
  const signal = withSilence(input, before, taps);
  for (let k = 0; k < output.length; k++) {
    const position = k * down; // in units of 1/up input samples
    const whole = Math.floor(position / up);
    const phase = ((position - whole * up) / up) * phases;
    const row = Math.floor(phase);
    output[k] = filterBetween(signal, whole, rows, row * taps, taps, phase - row);
  }
}

/** Between the row at `row` and the next. Two sums a row: the additions of one would wait for each other. */
function filterBetween(signal: Float64Array, at: number, rows: Float64Array, row: number, taps: number, fraction: number): number {
  const next = row + taps;
  let [a0, a1, b0, b1] = [0, 0, 0, 0];
  for (let i = 0; i < taps; i += 2) {
    const x0 = signal[at + i]!;
    const x1 = signal[at + i + 1]!;
    a0 += x0 * rows[row + i]!;
    a1 += x1 * rows[row + i + 1]!;
    b0 += x0 * rows[next + i]!;
    b1 += x1 * rows[next + i + 1]!;
  }
  return (1 - fraction) * (a0 + a1) + fraction * (b0 + b1);
}

/** In float64, as the sums are: converting each sample once is cheaper than in each product. */
function withSilence(input: Float32Array, before: number, after: number): Float64Array {
  const signal = new Float64Array(before + input.length + after);
  signal.set(input, before);
  return signal;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
