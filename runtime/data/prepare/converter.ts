import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { ClipFile } from "../source/clip-file.ts";
import { convertFile, type Converted, type Converter, type Target } from "./convert.ts";

/** A converter with `workers` threads; 1 (or no compiled worker to start) converts in this thread. */
export function startConverter(workers: number, target: Target): Converter {
  const file = workerFile();
  if (workers > 1 && file) return new WorkerPool(file, workers, target);
  return { workers: 0, convert: (clip) => convertFile(clip, target), close: () => Promise.resolve() };
}

/** The compiled worker: beside this file once compiled, in `dist` when this is run from its TypeScript source. */
function workerFile(): URL | undefined {
  const here = import.meta.url;
  const url = new URL(here.endsWith(".ts") ? "../../dist/data/prepare/convert-worker.js" : "./convert-worker.js", here);
  return existsSync(url) ? url : undefined;
}

interface Job {
  readonly file: ClipFile;
  readonly resolve: (converted: Converted) => void;
  readonly reject: (error: Error) => void;
}

class WorkerPool implements Converter {
  readonly workers: number;
  private readonly url: URL;
  private readonly target: Target;
  private readonly threads = new Map<Worker, Job | undefined>();
  private readonly queue: Job[] = [];
  private failed: Error | undefined;
  private closing = false;

  constructor(url: URL, workers: number, target: Target) {
    this.url = url;
    this.workers = workers;
    this.target = target;
    for (let i = 0; i < workers; i++) this.start();
  }

  convert(file: ClipFile): Promise<Converted> {
    return new Promise((resolve, reject) => {
      if (this.failed) {
        reject(this.failed);
        return;
      }
      this.queue.push({ file, resolve, reject });
      const idle = [...this.threads].find(([, job]) => job === undefined)?.[0];
      if (idle) this.next(idle);
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.threads.keys()].map((thread) => thread.terminate()));
  }

  private start(): void {
    // Options of this process, such as --input-type, may not suit a worker.
    const thread = new Worker(this.url, { workerData: this.target, execArgv: [] });
    let ready = false;
    let cause = "it ran out of memory or was stopped";
    this.threads.set(thread, undefined);
    thread.on("message", (message: Converted | "ready") => {
      if (message === "ready") {
        ready = true;
        return;
      }
      this.threads.get(thread)?.resolve(message);
      this.threads.set(thread, undefined);
      this.next(thread);
    });
    thread.on("error", (error) => (cause = error instanceof Error ? error.message : String(error)));
    thread.on("exit", () => this.ended(thread, ready, cause));
  }

  private next(thread: Worker): void {
    const job = this.queue.shift();
    if (!job) return;
    this.threads.set(thread, job);
    thread.postMessage(job.file);
  }

  /** A clip that brings its thread down is skipped like any damaged one, and the thread replaced. */
  private ended(thread: Worker, ready: boolean, cause: string): void {
    const job = this.threads.get(thread);
    this.threads.delete(thread);
    if (this.closing) return;
    if (ready) {
      job?.resolve({ reason: "damaged", detail: `decoding it ended the worker thread: ${cause}` });
      this.start();
      const fresh = [...this.threads.keys()].at(-1);
      if (fresh) this.next(fresh);
      return;
    }
    this.failed = new Error(`a worker thread could not start: ${cause}`);
    for (const waiting of [...(job ? [job] : []), ...this.queue.splice(0)]) waiting.reject(this.failed);
  }
}
