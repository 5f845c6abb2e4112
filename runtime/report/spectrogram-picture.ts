import { encodePng } from "./png.ts";
import { escape } from "./html.ts";

/** f32[frames, mels], row-major: time by frequency, low frequencies first. */
export interface Spectrogram {
  readonly values: Float32Array;
  readonly frames: number;
  readonly mels: number;
}

/** Which tokens are masked: token r * cols + c covers a patch at time r and frequency c. */
export interface TokenMask {
  readonly rows: number;
  readonly cols: number;
  readonly masked: ReadonlySet<number>;
}

const WIDTH = 640;
const HEIGHT = 200;

/** Dark to light through violet and orange; even in lightness, so that loudness reads without colour too. */
const COLOURS = [[13, 8, 36], [66, 20, 94], [128, 37, 108], [190, 62, 88], [235, 108, 60], [252, 170, 58], [250, 235, 160]] as const;

/** The spectrogram as a figure, time to the right and frequency upwards; masked tokens are covered. */
export function spectrogramPicture(title: string, note: string, spectrogram: Spectrogram, mask: TokenMask | null): string {
  const png = Buffer.from(encodePng(paint(spectrogram), spectrogram.frames, spectrogram.mels)).toString("base64");
  return `<figure>
<figcaption><strong>${escape(title)}</strong> <span>${escape(note)}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">
<image href="data:image/png;base64,${png}" width="${WIDTH}" height="${HEIGHT}" preserveAspectRatio="none" style="image-rendering:pixelated"/>
${mask === null ? "" : cover(mask)}
</svg>
</figure>`;
}

function cover({ rows, cols, masked }: TokenMask): string {
  const width = WIDTH / rows;
  const height = HEIGHT / cols;
  const path = [...masked].map((token) => {
    const x = Math.floor(token / cols) * width;
    const y = HEIGHT - ((token % cols) + 1) * height;
    return `M${x} ${y}h${width}v${height}h${-width}z`;
  });
  return `<path class="mask" d="${path.join("")}"/>`;
}

/** Colours from the 1st to the 99th percentile, so that one silent frame does not take the whole range. */
function paint({ values, frames, mels }: Spectrogram): Uint8Array {
  const sorted = Float32Array.from(values).sort();
  const low = sorted[Math.floor(0.01 * sorted.length)] ?? 0;
  const high = sorted[Math.floor(0.99 * sorted.length)] ?? 1;
  const pixels = new Uint8Array(frames * mels * 3);
  for (let frame = 0; frame < frames; frame++) {
    for (let mel = 0; mel < mels; mel++) {
      const level = Math.min(1, Math.max(0, (values[frame * mels + mel]! - low) / (high - low || 1)));
      pixels.set(colour(level), ((mels - 1 - mel) * frames + frame) * 3);
    }
  }
  return pixels;
}

function colour(level: number): number[] {
  const at = level * (COLOURS.length - 1);
  const below = COLOURS[Math.floor(at)]!;
  const above = COLOURS[Math.min(Math.floor(at) + 1, COLOURS.length - 1)]!;
  return below.map((from, i) => Math.round(from + (above[i]! - from) * (at % 1)));
}
