import { fileURLToPath } from "node:url";
import { loadCheckpoint } from "../checkpoint/index.ts";
import { Session, type HostArray } from "../execute/index.ts";
import { openGpu, type Gpu } from "../gpu/index.ts";
import { loadPlan } from "../plan/read.ts";
import type { Plan, PortPlan } from "../plan/schema.ts";

/** What an emitted `trainer.ts` says of its model; the names below are checked against it. */
export interface ModelTypes {
  readonly config: object;
  /** The inputs of a training step. */
  readonly inputs: object;
  /** What a training step reports, the loss among them. */
  readonly metrics: object;
  /** Exported functions, by name: the inputs of each. */
  readonly exports: Readonly<Record<string, object>>;
  readonly tensors: string;
}

/** A tensor on the host: row-major values. */
export interface HostTensor<A extends HostArray = Float32Array> {
  readonly shape: readonly number[];
  readonly data: A;
}

export interface OpenOptions {
  /** A checkpoint to load; without it, the model starts from fresh weights drawn from `seed`. */
  readonly checkpoint?: string;
  readonly seed?: number;
  /** A part of the GPU's name, or `software`. */
  readonly adapter?: string;
}

/** A compiled model on a device, for programs that want more than `jepac train`: single steps, exports, weights. */
export class Model<T extends ModelTypes> {
  readonly plan: Plan;
  readonly #session: Session;
  readonly #gpu: Gpu;
  readonly #seed: number;
  #step = 0;

  private constructor(plan: Plan, session: Session, gpu: Gpu, seed: number) {
    this.plan = plan;
    this.#session = session;
    this.#gpu = gpu;
    this.#seed = seed;
  }

  /**
   * Opens a build folder on the best device there is.
   * @param folder the folder of `plan.json`: a path, or the emitted trainer's `new URL(".", import.meta.url)`
   * @throws UserError JR1xx device, JR2xx plan, JR5xx checkpoint
   */
  static async open<T extends ModelTypes>(folder: string | URL, options: OpenOptions = {}): Promise<Model<T>> {
    const loaded = await loadPlan(typeof folder === "string" ? folder : fileURLToPath(folder));
    const gpu = await openGpu({ adapter: options.adapter });
    const session = await Session.open(loaded, gpu);
    const model = new Model<T>(loaded.plan, session, gpu, options.seed ?? 0);
    session.run("init", { step: 0, seed: model.#seed, read: [] });
    if (options.checkpoint !== undefined) {
      const info = await loadCheckpoint(options.checkpoint, loaded.plan, session, "held");
      model.#step = info.step;
    }
    return model;
  }

  get config(): T["config"] {
    return this.plan.config;
  }

  /** Training steps done. */
  get step(): number {
    return this.#step;
  }

  /** One training step on one batch; waits for its metrics. */
  async train(inputs: T["inputs"]): Promise<T["metrics"]> {
    const run = this.#session.run("step", { step: this.#step, seed: this.#seed, inputs: inputs as Record<string, HostArray> });
    this.#step++;
    const outputs = await run.outputs();
    return Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name, value]));
  }

  /** Calls an exported function. Runtime sizes that are not given are taken from the inputs' lengths. */
  async call<N extends keyof T["exports"] & string>(name: N, inputs: T["exports"][N], sizes: Readonly<Record<string, number>> = {}): Promise<HostTensor> {
    const run = this.#session.run(name, { step: this.#step, seed: this.#seed, sizes: { ...sizesOf(this.plan.programs[name]?.inputs ?? [], inputs as Record<string, HostArray>), ...sizes }, inputs: inputs as Record<string, HostArray> });
    const { result } = await run.outputs();
    return { shape: run.shapes["result"] ?? [], data: result as Float32Array };
  }

  /** A weight, average or optimizer state by its name in checkpoints. */
  async tensor(name: T["tensors"]): Promise<HostTensor> {
    const found = this.plan.tensors.find((tensor) => tensor.name === name);
    return { shape: found?.shape ?? [], data: await this.#session.readTensor(name) };
  }

  close(): void {
    this.#session.dispose();
    this.#gpu.destroy();
  }
}

/** The runtime sizes that lengths of inputs tell: of `f32[N, 2048]` with 4,096 values, N is 2. */
function sizesOf(ports: readonly PortPlan[], inputs: Readonly<Record<string, HostArray>>): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { name, shape } of ports) {
    const [unknown, ...others] = shape.filter((size) => typeof size !== "number");
    const values = inputs[name];
    if (values === undefined || others.length > 0 || unknown === undefined || !("size" in unknown)) continue;
    const known = shape.reduce((product: number, size) => (typeof size === "number" ? product * size : product), 1);
    if (values.length % known === 0) sizes[unknown.size] = values.length / known;
  }
  return sizes;
}
