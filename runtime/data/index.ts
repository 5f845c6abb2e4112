/** Files -> batches: the public names of the data room. */
export { countReasons, ClipProblem, type SkippedClip, type SkipReason } from "./clip-problem.ts";
export { noUsableClip, type ClipSource } from "./clip-source.ts";
export { ClipLoader, type ClipBatch, type ClipLoaderOptions } from "./clip-loader.ts";
export { openClips, type OpenOptions } from "./open-clips.ts";
export { prepare, type PrepareOptions, type PrepareProgress, type PrepareReport } from "./prepare/prepare.ts";
export { writeSyntheticClips, type SyntheticOptions } from "./synthetic.ts";
