import type { Spectrogram } from "./spectrogram-picture.ts";

/**
 * A log-power spectrogram for a picture, where a model exports none of its own: Hann windows, a plain discrete Fourier
 * transform, bins pooled evenly on the mel scale of Kaldi (1127 ln(1 + f / 700)). Not what a model is trained on.
 */
export function logSpectrogram(clip: Float32Array, rate: number, frames: number, mels: number): Spectrogram {
  const size = Math.min(512, 2 ** Math.floor(Math.log2(Math.max(64, rate / 40))));
  const bins = size / 2;
  const cos = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sin = Float64Array.from({ length: size }, (_, i) => Math.sin((2 * Math.PI * i) / size));
  const band = melBands(bins, rate, mels);
  const values = new Float32Array(frames * mels);
  const part = new Float64Array(size);
  for (let frame = 0; frame < frames; frame++) {
    const start = Math.round((frame / frames) * Math.max(0, clip.length - size));
    for (let i = 0; i < size; i++) part[i] = (clip[start + i] ?? 0) * (0.5 - 0.5 * cos[i]!);
    const power = new Float64Array(mels);
    for (let bin = 1; bin < bins; bin++) {
      let re = 0;
      let im = 0;
      for (let i = 0, at = 0; i < size; i++, at = (at + bin) % size) {
        re += part[i]! * cos[at]!;
        im -= part[i]! * sin[at]!;
      }
      for (const mel of band[bin]!) power[mel] = Math.max(power[mel]!, re * re + im * im);
    }
    power.forEach((value, mel) => (values[frame * mels + mel] = Math.log(value + 1e-8)));
  }
  return { values, frames, mels };
}

/** For every bin, the bands it lies in; low bands narrower than a bin share it. */
function melBands(bins: number, rate: number, mels: number): number[][] {
  const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);
  const top = mel(rate / 2);
  const bands: number[][] = Array.from({ length: bins }, () => []);
  for (let m = 0; m < mels; m++) {
    const hertz = (share: number): number => 700 * (Math.exp((share * top) / 1127) - 1);
    const first = Math.max(1, Math.floor((hertz(m / mels) / rate) * 2 * bins));
    const last = Math.max(first, Math.ceil((hertz((m + 1) / mels) / rate) * 2 * bins) - 1);
    for (let bin = first; bin <= Math.min(last, bins - 1); bin++) bands[bin]!.push(m);
  }
  return bands;
}
