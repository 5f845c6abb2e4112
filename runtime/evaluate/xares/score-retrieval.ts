import { bootstrap } from "../metrics/bootstrap.ts";
import { recallAt1 } from "../metrics/recall-at-1.ts";
import { retrievalProbe, type Captioned } from "../probe/retrieval-probe.ts";
import { vocabularyOf, wordPieces } from "../probe/words.ts";
import { UserError } from "../../errors.ts";
import { meanFeatures, type SampleSet } from "./sample-set.ts";
import type { ScoredTask } from "./scores.ts";
import type { ScoringTools } from "./score-task.ts";
import type { SuiteTask } from "./task.ts";

/** Width of the space that clips and captions meet in (reference 2.4). */
const HIDDEN = 1024;

/** Scores a task of captions: R@1, resampled by clip for its interval. */
export async function scoreRetrieval(task: SuiteTask, { train, valid, test }: Record<"train" | "valid" | "test", SampleSet>, tools: ScoringTools): Promise<Pick<ScoredTask, "scores" | "curves" | "notes">> {
  const given = tools.vocabulary === undefined ? undefined : wordPieces(tools.vocabulary);
  if (tools.vocabulary !== undefined && !given) throw new UserError("JR642", "the vocabulary is none of BERT's: it should hold one piece a line, [PAD] first, and [UNK], [CLS] and [SEP]", "bert-base-uncased's vocab.txt is what X-ARES uses.");
  const captioned = (set: SampleSet): Captioned => ({ features: meanFeatures(set), captions: set.samples.map(({ label }) => (label.kind === "captions" ? label.captions : [])) });
  const vocabulary = given ?? vocabularyOf(captioned(train).captions.flat());
  const { found, curve } = await retrievalProbe(await tools.gpu(), tools.probes, {
    train: captioned(train), valid: captioned(valid), test: captioned(test),
    dim: train.dim, vocabulary, hidden: HIDDEN, batch: task.batch, epochs: task.epochs, seed: tools.seed,
    onEpoch: (epoch) => {
      tools.onProgress("retrieval probe", epoch, task.epochs);
    },
  });
  const clips = test.samples.length;
  return {
    scores: { linear: { score: recallAt1(found), ...bootstrap(clips, (counts) => recallAt1(found, counts)), n: clips } },
    curves: [{ linear: curve }],
    notes: given ? [] : ["captions cut into whole words, for want of bert-base-uncased's vocabulary"],
  };
}
