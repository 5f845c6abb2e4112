/** Right and wrong answers of each class, over segments. */
export interface SegmentCounts {
  readonly hits: Float64Array;
  readonly falseAlarms: Float64Array;
  readonly misses: Float64Array;
}

/**
 * Compares one clip's frames segment by segment (reference 2.6): a class is predicted in a segment if any of its frames
 * has a logit above 0 (a probability above one half), and is there if any frame says so. Frames after the last whole
 * segment do not count.
 * @param logits f32[frames, classes]
 * @param targets 0 or 1, [frames, classes]
 * @param size frames of a segment
 */
export function countSegments(logits: Float32Array, targets: Float32Array, classes: number, size: number): SegmentCounts {
  const counts = { hits: new Float64Array(classes), falseAlarms: new Float64Array(classes), misses: new Float64Array(classes) };
  const segments = Math.floor(logits.length / classes / size);
  for (let segment = 0; segment < segments; segment++) {
    for (let c = 0; c < classes; c++) {
      let heard = false;
      let there = false;
      for (let frame = segment * size; frame < (segment + 1) * size; frame++) {
        heard ||= logits[frame * classes + c]! > 0;
        there ||= targets[frame * classes + c]! > 0;
      }
      if (heard || there) counts[heard && there ? "hits" : heard ? "falseAlarms" : "misses"][c]!++;
    }
  }
  return counts;
}

/**
 * F1 over all clips: `macro` is the mean of the classes' (0 for one neither predicted nor there), `micro` counts all
 * classes together.
 * @param counts how many times each clip counts; once each without it
 */
export function segmentF1(clips: readonly SegmentCounts[], average: "macro" | "micro", counts?: Uint32Array): number {
  const classes = clips[0]?.hits.length ?? 0;
  const total = (of: keyof SegmentCounts, c: number): number => clips.reduce((sum, clip, i) => sum + clip[of][c]! * (counts?.[i] ?? 1), 0);
  const perClass = Array.from({ length: classes }, (_, c) => ({ hits: total("hits", c), wrong: total("falseAlarms", c) + total("misses", c) }));
  if (average === "macro") return perClass.reduce((sum, one) => sum + f1(one), 0) / classes;
  return f1(perClass.reduce((sum, one) => ({ hits: sum.hits + one.hits, wrong: sum.wrong + one.wrong }), { hits: 0, wrong: 0 }));
}

function f1({ hits, wrong }: { readonly hits: number; readonly wrong: number }): number {
  return hits === 0 ? 0 : (2 * hits) / (2 * hits + wrong);
}
