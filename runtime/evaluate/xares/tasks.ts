import type { LabelRule, Metric, Shards, SuiteTask } from "./task.ts";

const accuracy: Metric = { kind: "accuracy" };

const split = (train: string, valid: string, test: string): Shards => ({ train: `${train}*.tar`, valid: `${valid}*.tar`, test: `${test}*.tar` });
const folds = (first: number, last: number, pattern: string): Shards => ({ folds: Array.from({ length: last - first + 1 }, (_, i) => first + i), pattern });
const label = (field: string): LabelRule => ({ kind: "class", field });

/** What most tasks have in common. */
const usual = { metric: accuracy, epochs: 10, batch: 32, knn: true } as const;
const apart = { ...usual, epochs: 20, record: null, weight: 5000, knn: true } as const;
const AUDIO = ["wds-audio-train", "wds-audio-valid", "wds-audio-test"] as const;
const LIBRISPEECH = ["train-clean-100", "dev-clean", "test-clean"] as const;

/**
 * Every task of X-ARES that needs no other large model (reference 2.8), in the order of its tables: of the 22 public
 * ones only LibriSpeech-100h is left out, which trains an adapter to a language model.
 */
export const TASKS: readonly SuiteTask[] = [
  { ...usual, name: "asvspoof2015", title: "ASV2015", domain: "speech", record: 14718430, shards: split("asvspoof_train", "asvspoof_valid", "asvspoof_eval"), labels: label("binary_spoof"), classes: 2, epochs: 5, batch: 64, weight: 2000 },
  { ...usual, name: "cremad", title: "CREMA-D", domain: "speech", record: 14646870, shards: split(...AUDIO), labels: label("label"), classes: 6, weight: 1116 },
  { ...usual, name: "fluentspeechcommands", title: "Fluent Speech Commands", domain: "speech", record: 14722453, shards: split("fluentspeechcommands_train", "fluentspeechcommands_valid", "fluentspeechcommands_test"), labels: label("transcription"), classes: 248, weight: 2000 },
  { ...usual, name: "libricount", title: "LibriCount", domain: "speech", record: 14722478, shards: folds(0, 4, "libricount_fold{kk}.tar"), labels: label("num_speakers"), classes: 11, batch: 64, weight: 1144 },
  { ...usual, name: "librispeechmalefemale", title: "LibriSpeech-MF", domain: "speech", record: 14716252, shards: split(...LIBRISPEECH), labels: { kind: "class", field: "gender", only: "M", otherwise: "F" }, classes: 2, crop: 5, weight: 2620 },
  { ...usual, name: "ravdess", title: "RAVDESS", domain: "speech", record: 14722524, shards: folds(0, 3, "ravdess_fold_{k}_0000000.tar"), labels: label("emotion"), classes: 8, weight: 360 },
  { ...usual, name: "speechcommandsv1", title: "Speech Commands V1", domain: "speech", record: 14722647, shards: split(...AUDIO), labels: label("labels"), classes: 30, batch: 64, weight: 2000 },
  { ...usual, name: "vocalimitations", title: "Vocal Imitation", domain: "speech", record: 14862060, shards: folds(0, 2, "vocal_imitations_fold{kk}_0000000.tar"), labels: label("imitation"), classes: 302, epochs: 20, weight: 1867 },
  { ...usual, name: "vocalsound", title: "VocalSound", domain: "speech", record: 14722710, shards: split("train", "valid", "test"), labels: label("label"), classes: 6, weight: 2000 },
  { ...usual, name: "voxceleb1", title: "VoxCeleb1", domain: "speech", record: 14811963, shards: split("voxceleb1_train", "voxceleb1_valid", "voxceleb1_test"), labels: label("speakerid"), classes: 1251, crop: 6, weight: 2000 },
  { ...usual, name: "voxlingua33", title: "VoxLingua33", domain: "speech", record: 14812245, shards: split("train_subset", "dev", "dev"), labels: label("labels"), classes: 33, crop: 10, batch: 64, weight: 1609 },

  { ...usual, name: "clotho", title: "Clotho", domain: "environment", record: 14856454, shards: split("clotho_development", "clotho_evaluation", "clotho_validation"), labels: { kind: "captions", captions: 5 }, classes: 0, metric: { kind: "recall-at-1" }, crop: 30, epochs: 20, batch: 128, weight: 1045, knn: false },
  { ...usual, name: "desed", title: "DESED", domain: "environment", record: 14808180, shards: split("wds-audio-train", "wds-audio-eval", "wds-audio-eval"), labels: { kind: "events", start: "onset", end: "offset", field: "label", seconds: 10 }, classes: 10, metric: { kind: "segment-f1", average: "macro", seconds: 1, positive: 1 }, weight: 1153, knn: false },
  { ...usual, name: "esc50", title: "ESC-50", domain: "environment", record: 14614287, shards: folds(1, 5, "wds-audio-fold-{k}-*.tar"), labels: label("label"), classes: 50, weight: 400 },
  { ...usual, name: "fsd50k", title: "FSD50k", domain: "environment", record: 14868441, shards: split("fsd50k_train", "fsd50k_validation", "fsd50k_eval"), labels: { kind: "classes", field: "soundevent", separator: ";" }, classes: 200, metric: { kind: "mean-average-precision" }, crop: 10, batch: 64, weight: 2000, knn: false },
  { ...usual, name: "fsdkaggle2018", title: "FSD18-Kaggle", domain: "environment", record: 14725117, shards: split("fsd18_train", "fsd18_test", "fsd18_test"), labels: label("sound"), classes: 41, epochs: 3, batch: 64, weight: 1600, knn: false },
  { ...usual, name: "urbansound8k", title: "UrbanSound 8k", domain: "environment", record: 14722683, shards: folds(1, 10, "urbansound_fold{k}_0000000.tar"), labels: label("soundevent"), classes: 10, weight: 873 },

  { ...usual, name: "freemusicarchive", title: "Free Music Archive Small", domain: "music", record: 14725056, shards: split("fma_small_train", "fma_small_valid", "fma_small_test"), labels: label("genre"), classes: 8, crop: 10, epochs: 3, weight: 800 },
  { ...usual, name: "gtzan_genre", title: "GTZAN Genre", domain: "music", record: 14722472, shards: folds(0, 9, "gtzan_fold_{k}_0000000.tar"), labels: label("genre"), classes: 10, weight: 100 },
  { ...usual, name: "maestro", title: "MAESTRO", domain: "music", record: 14858022, shards: split("maestro_train", "maestro_valid", "maestro_test"), labels: { kind: "events", start: "start", end: "end", field: "note" }, classes: 87, metric: { kind: "segment-f1", average: "micro", seconds: 0.1, positive: 10 }, epochs: 50, batch: 1, weight: 65, knn: false },
  { ...usual, name: "nsynthinstument", title: "NSynth-Instruments", domain: "music", record: 14725174, shards: split("nsynth_train", "nsynth_valid", "nsynth_test"), labels: label("instrument_family_str"), classes: 11, weight: 2000 },

  { ...apart, name: "finger_snap", title: "Finger snap sound", domain: "environment", shards: split("finger_snap_train", "finger_snap_test", "finger_snap_test"), labels: label("tag"), classes: 2 },
  { ...apart, name: "inside_outside_car", title: "Inside/outside car", domain: "environment", shards: split("inside_outside_car_train", "inside_outside_car_test", "inside_outside_car_test"), labels: label("position"), classes: 2 },
  { ...apart, name: "key_scratching", title: "Key scratching car", domain: "environment", shards: split("key_scratching_train", "key_scratching_test", "key_scratching_test"), labels: label("tag"), classes: 2 },
  { ...apart, name: "liveenv", title: "Live Env", domain: "environment", shards: split("liveenv_train", "liveenv_test", "liveenv_test"), labels: label("soundevent"), classes: 28, epochs: 50, knn: false },
  { ...apart, name: "subway_broadcast", title: "Subway broadcast", domain: "environment", shards: split("subway_broadcast", "subway_broadcast", "subway_broadcast"), labels: label("broadcasting"), classes: 2 },
];
