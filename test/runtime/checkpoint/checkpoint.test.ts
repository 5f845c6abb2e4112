import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadCheckpoint, readCheckpointInfo, saveCheckpoint } from "../../../runtime/checkpoint/checkpoint.ts";
import { findCheckpoint } from "../../../runtime/checkpoint/find.ts";
import { writeSafetensors } from "../../../runtime/checkpoint/safetensors-write.ts";
import { CheckpointStore } from "../../../runtime/checkpoint/store.ts";
import { UserError } from "../../../runtime/errors.ts";
import { tinyPlan } from "../train/tiny-plan.ts";

const plan = tinyPlan();
const info = { step: 500, seed: 3, model: "Tiny", config: plan.config, fingerprint: "f00d", data: { clips: 12, digest: "abc" } };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
  path = join(folder, "a.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true }));

class Memory {
  readonly tensors = new Map<string, Float32Array>(plan.tensors.map((tensor, t) => [tensor.name, Float32Array.from({ length: 6 }, (_, i) => 10 * t + i)]));
  async readTensor(name: string): Promise<Float32Array> {
    return this.tensors.get(name)!;
  }
  writeTensor(name: string, values: Float32Array): void {
    this.tensors.set(name, values);
  }
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe("a checkpoint", () => {
  it("brings back all tensors and what it says of itself", async () => {
    const source = new Memory();
    await saveCheckpoint(path, plan, info, source);
    const sink = new Memory();
    for (const values of sink.tensors.values()) values.fill(0);
    expect(await loadCheckpoint(path, plan, sink)).toEqual(info);
    expect(sink.tensors).toEqual(source.tensors);
    expect(await readCheckpointInfo(path)).toEqual(info);
  });

  it("brings back only the roles asked for", async () => {
    await saveCheckpoint(path, plan, info, new Memory());
    const written: string[] = [];
    await loadCheckpoint(path, plan, { writeTensor: (name) => void written.push(name) }, ["weight", "average"]);
    expect(written).toEqual(["encoder.w", "target_encoder.w"]);
  });

  it("is not written when a tensor is not finite", async () => {
    const source = new Memory();
    source.tensors.get("encoder.w.m")![4] = Infinity;
    expect((await failure(saveCheckpoint(path, plan, info, source))).message).toBe("tensor 'encoder.w.m' holds NaN or infinity after step 500");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("of another build lists the tensors that do not fit, and the config that made it", async () => {
    await saveCheckpoint(path, plan, { ...info, config: { ...plan.config, depth: 4 } }, new Memory());
    const other = tinyPlan({
      fingerprint: "beef",
      tensors: plan.tensors.map((tensor) => (tensor.name === "encoder.w" ? { ...tensor, shape: [3, 3] } : { ...tensor, name: `${tensor.name}2` })),
    });
    const error = await failure(loadCheckpoint(path, other, new Memory()));
    expect(error.message).toBe(
      `'${path}' does not fit the model 'Tiny' as built:\n` +
        "  encoder.w: expected [3, 3], found [2, 3]\n" +
        "  target_encoder.w2: expected [2, 3], not in the file\n" +
        "  encoder.w.m2: expected [6], not in the file",
    );
    expect(error.hint).toBe("the checkpoint was made with depth=4; build the model with those values");
  });

  it("with another fingerprint but equal shapes is refused too", async () => {
    await saveCheckpoint(path, plan, info, new Memory());
    const error = await failure(loadCheckpoint(path, tinyPlan({ fingerprint: "beef" }), new Memory()));
    expect(error.message).toContain("its fingerprint is f00d, expected beef");
    expect(error.hint).toBe("the model's text or --precision has changed since: build it as it was, or start a new run from these weights with --from");
  });

  it("that is cut short says how to go on without it", async () => {
    await saveCheckpoint(path, plan, info, new Memory());
    truncateSync(path, 100);
    expect(await failure(readCheckpointInfo(path))).toMatchObject({ code: "JR510", hint: "copy the file again, or remove it: --resume then goes on from the checkpoint before it" });
  });

  it("is told from other safetensors files", async () => {
    await writeSafetensors(path, { tensors: [], metadata: {}, values: () => new Uint8Array() });
    expect((await failure(readCheckpointInfo(path))).message).toContain("its metadata has format none");
  });
});

describe("a checkpoint store", () => {
  const add = (store: CheckpointStore, step: number): Promise<string> => store.add(step, async (at) => writeFileSync(at, String(step)));

  it("keeps the newest three and points at the last", async () => {
    const store = new CheckpointStore(folder);
    for (const step of [100, 200, 300, 400]) await add(store, step);
    expect(await store.steps()).toEqual([200, 300, 400]);
    expect(readFileSync(join(folder, "checkpoints", "latest"), "utf8")).toBe("step-000400.safetensors\n");
    expect(await store.latest()).toBe(join(folder, "checkpoints", "step-000400.safetensors"));
  });

  it("falls back to the highest step when the pointer is gone or wrong", async () => {
    const store = new CheckpointStore(folder);
    for (const step of [100, 2_000_000]) await add(store, step);
    writeFileSync(join(folder, "checkpoints", "latest"), "step-000900.safetensors");
    expect(await store.latest()).toBe(store.path(2_000_000));
  });

  it("has nothing in a folder that does not exist", async () => {
    const store = new CheckpointStore(join(folder, "none"));
    expect(await store.steps()).toEqual([]);
    expect(await store.latest()).toBeNull();
  });

  it("is found by file, run or its own folder", async () => {
    const store = new CheckpointStore(folder);
    const path = await add(store, 100);
    for (const spelling of [path, folder, store.folder]) expect(await findCheckpoint(spelling)).toBe(path);
    mkdirSync(join(folder, "empty"));
    await expect(findCheckpoint(join(folder, "empty"))).rejects.toMatchObject({ code: "JR515", message: `there is no checkpoint in '${join(folder, "empty")}'` });
    await expect(findCheckpoint(join(folder, "none"))).rejects.toMatchObject({ code: "JR503" });
  });

  it("keeps the last good one when writing fails", async () => {
    const store = new CheckpointStore(folder, 1);
    await add(store, 100);
    await expect(store.add(200, async () => { throw new UserError("JR501", "full"); })).rejects.toThrow("full");
    expect(await store.latest()).toBe(store.path(100));
    expect(readFileSync(store.path(100), "utf8")).toBe("100");
  });
});
