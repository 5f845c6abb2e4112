/** Whether each query found its own at rank 1, in both directions. */
export interface Retrieval {
  /** For each clip: is the most similar caption one of its own? */
  readonly captions: readonly boolean[];
  /** For each caption: is the most similar clip its own? */
  readonly clips: readonly boolean[];
}

/**
 * Retrieval by cosine (reference 2.6). Captions `each` in number follow each other for each clip.
 * @param clips f32[clips, dim]
 * @param captions f32[clips * each, dim]
 */
export function retrieve(clips: Float32Array, captions: Float32Array, dim: number, each: number): Retrieval {
  const lengths = [clips, captions].map((vectors) => rowLengths(vectors, dim)) as [Float64Array, Float64Array];
  const [clipLength, captionLength] = lengths;
  const bestCaption = new Int32Array(clipLength.length).fill(-1);
  const bestClip = new Int32Array(captionLength.length).fill(-1);
  const captionScore = new Float64Array(clipLength.length).fill(-Infinity);
  const clipScore = new Float64Array(captionLength.length).fill(-Infinity);
  for (let clip = 0; clip < clipLength.length; clip++) {
    for (let caption = 0; caption < captionLength.length; caption++) {
      let product = 0;
      for (let d = 0; d < dim; d++) product += clips[clip * dim + d]! * captions[caption * dim + d]!;
      const cosine = product / (clipLength[clip]! * captionLength[caption]!);
      if (cosine > captionScore[clip]!) [captionScore[clip], bestCaption[clip]] = [cosine, caption];
      if (cosine > clipScore[caption]!) [clipScore[caption], bestClip[caption]] = [cosine, clip];
    }
  }
  return {
    captions: Array.from(bestCaption, (caption, clip) => Math.floor(caption / each) === clip),
    clips: Array.from(bestClip, (clip, caption) => clip === Math.floor(caption / each)),
  };
}

/**
 * R@1: the mean of the two directions' shares.
 * @param counts how many times each clip counts, its captions with it; once each without it
 */
export function recallAt1({ captions, clips }: Retrieval, counts?: Uint32Array): number {
  const each = clips.length / captions.length;
  const share = (found: readonly boolean[], of: number): number => {
    let right = 0;
    let all = 0;
    found.forEach((one, i) => {
      const count = counts?.[Math.floor(i / of)] ?? 1;
      all += count;
      if (one) right += count;
    });
    return right / all;
  };
  return (share(captions, 1) + share(clips, each)) / 2;
}

function rowLengths(vectors: Float32Array, dim: number): Float64Array {
  return Float64Array.from({ length: vectors.length / dim }, (_, row) => Math.max(1e-12, Math.hypot(...vectors.subarray(row * dim, (row + 1) * dim))));
}
