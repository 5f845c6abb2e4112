/** Stopband attenuation the Kaiser window is designed for, dB. */
const ATTENUATION = 105;
/** Everything up to this fraction of the lower Nyquist frequency passes; everything above that Nyquist is stopped. */
const PASSBAND = 0.9;
/** Rate pairs with a larger reduced numerator interpolate between this many filter phases (error below -125 dB). */
const MAX_PHASES = 2048;

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
  const bank = filterBank(up, down);
  // Zeros on both sides spare the inner loop its bounds checks.
  const padded = new Float32Array(input.length + 2 * bank.taps);
  padded.set(input, bank.taps);

  const output = new Float32Array(Math.ceil((input.length * up) / down));
  for (let k = 0; k < output.length; k++) {
    const position = k * down; // in units of 1/up input samples
    const whole = Math.floor(position / up);
    const phase = ((position - whole * up) / up) * bank.phases;
    const row = Math.floor(phase);
    const start = whole + bank.taps - bank.taps / 2 + 1;
    const fraction = phase - row;
    const at = dot(padded, start, bank.rows, row * bank.taps, bank.taps);
    output[k] =
      fraction === 0
        ? at
        : at + fraction * (dot(padded, start, bank.rows, (row + 1) * bank.taps, bank.taps) - at);
  }
  return output;
}

/** Four running sums: the additions of one sum would wait for each other. */
function dot(signal: Float32Array, at: number, rows: Float64Array, row: number, taps: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < taps; i += 4) {
    a += signal[at + i]! * rows[row + i]!;
    b += signal[at + i + 1]! * rows[row + i + 1]!;
    c += signal[at + i + 2]! * rows[row + i + 2]!;
    d += signal[at + i + 3]! * rows[row + i + 3]!;
  }
  return a + b + (c + d);
}

interface FilterBank {
  /** Fractional positions between two input samples; row `phases` (one whole sample on) closes the table. */
  readonly phases: number;
  /** Taps a row, a multiple of 4. */
  readonly taps: number;
  /** (phases + 1) x taps. Row p, tap i weighs input sample i - taps/2 + 1 for an output at fraction p/phases. */
  readonly rows: Float64Array;
}

/** A data set has few different rates; the last few banks are kept (a bank is at most some tens of MB). */
const banks = new Map<string, FilterBank>();

function filterBank(up: number, down: number): FilterBank {
  const key = `${up}/${down}`;
  const known = banks.get(key);
  if (known) return known;
  const bank = designBank(up, down);
  if (banks.size >= 4) banks.delete(banks.keys().next().value!);
  banks.set(key, bank);
  return bank;
}

function designBank(up: number, down: number): FilterBank {
  const phases = Math.min(up, MAX_PHASES);
  // Frequencies in units of the input's Nyquist frequency.
  const stop = Math.min(1, up / down);
  const transition = stop * (1 - PASSBAND);
  const cutoff = stop - transition / 2;
  const order = (ATTENUATION - 8) / (2.285 * Math.PI * transition); // Kaiser's estimate
  const taps = 4 * Math.ceil((order + 2) / 4);
  const half = taps / 2;
  const beta = 0.1102 * (ATTENUATION - 8.7);
  const rows = new Float64Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    const row = rows.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      const time = i - half + 1 - phase / phases;
      const edge = 1 - (time / half) ** 2;
      const value = edge <= 0 ? 0 : cutoff * sinc(cutoff * time) * besselI0(beta * Math.sqrt(edge));
      row[i] = value;
      sum += value;
    }
    // Each phase passes a constant unchanged, exactly.
    for (let i = 0; i < taps; i++) row[i]! /= sum;
  }
  return { phases, taps, rows };
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

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
