import { parentPort, workerData } from "node:worker_threads";
import type { ClipFile } from "../source/clip-file.ts";
import { convertFile, type Target } from "./convert.ts";

// A worker thread of converter.ts: gets one ClipFile at a time, answers with one Converted.
const target = workerData as Target;
parentPort?.on("message", (file: ClipFile) => {
  void convertFile(file, target).then((converted) => {
    parentPort?.postMessage(converted, "pcm" in converted ? [converted.pcm.buffer] : []);
  });
});
parentPort?.postMessage("ready");
