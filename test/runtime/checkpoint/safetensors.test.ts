import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSafetensors } from "../../../runtime/checkpoint/safetensors-read.ts";
import { writeSafetensors } from "../../../runtime/checkpoint/safetensors-write.ts";
import type { OpenFile } from "../../../runtime/checkpoint/atomic-write.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "safetensors-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const values = {
  flags: Uint8Array.of(1, 0, 1),
  weights: Float32Array.of(1.5, -2, 3e-8, 4, 5, 6),
  counts: Int32Array.of(-7, 2 ** 31 - 1),
  "é/none": new Float32Array(0),
};
const content = {
  tensors: [
    { name: "flags", dtype: "BOOL", shape: [3] },
    { name: "weights", dtype: "F32", shape: [2, 3] },
    { name: "counts", dtype: "I32", shape: [2] },
    { name: "é/none", dtype: "F32", shape: [0, 4] },
  ],
  metadata: { step: "7", note: "größe" },
  values: ({ name }: { name: string }) => values[name as keyof typeof values],
} as const;

async function written(name: string): Promise<string> {
  const path = join(folder, name);
  await writeSafetensors(path, content);
  return path;
}

/** A file with this header text and this many bytes of data. */
function handMade(name: string, header: string, dataBytes: number): string {
  const json = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
  return path;
}

describe("a safetensors file", () => {
  it("gives back every tensor and the metadata", async () => {
    const file = await openSafetensors(await written("whole.safetensors"));
    expect(file.metadata).toEqual(content.metadata);
    for (const tensor of content.tensors) {
      expect(file.tensors.get(tensor.name)?.shape).toEqual(tensor.shape);
      expect(await file.read(tensor.name)).toEqual(values[tensor.name]);
    }
    await file.close();
  });

  it("begins its data and every wide tensor at a multiple of its size", async () => {
    const path = await written("aligned.safetensors");
    expect(Number(readFileSync(path).readBigUInt64LE()) % 8).toBe(0);
    const file = await openSafetensors(path);
    expect(file.tensors.get("weights")!.begin % 4).toBe(0);
    expect(file.tensors.get("flags")!.begin).toBe(32);
    await file.close();
  });

  it("opens in Python's safetensors", async ({ skip }) => {
    const python = process.env["JEPAC_PYTHON"] ?? "python3";
    try {
      execFileSync(python, ["-c", "import safetensors.numpy"], { stdio: "ignore" });
    } catch {
      skip("Python's safetensors is not installed");
    }
    const script = "import json,sys\nfrom safetensors import safe_open\nf=safe_open(sys.argv[1],'np')\nprint(json.dumps([f.metadata(),{k:f.get_tensor(k).tolist() for k in f.keys()}]))";
    const [metadata, tensors] = JSON.parse(execFileSync(python, ["-c", script, await written("python.safetensors")], { encoding: "utf8" })) as [unknown, Record<string, unknown>];
    expect(metadata).toEqual(content.metadata);
    expect(tensors["flags"]).toEqual([true, false, true]);
    expect(tensors["counts"]).toEqual([-7, 2 ** 31 - 1]);
    expect(tensors["weights"]).toEqual([[1.5, -2, Math.fround(3e-8)], [4, 5, 6]]);
    expect(tensors["é/none"]).toEqual([]);
  });
});

describe("a damaged safetensors file", () => {
  const entry = (change: object): string => JSON.stringify({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...change } });
  const cases: [string, () => string | Promise<string>, RegExp][] = [
    ["absent", () => join(folder, "absent"), /there is no '.*absent'/],
    ["a folder", () => folder, /is a folder; a file was expected/],
    ["empty", () => (writeFileSync(join(folder, "empty"), ""), join(folder, "empty")), /it has 0 bytes/],
    ["another kind of file", () => (writeFileSync(join(folder, "text"), "this is not a tensor file at all"), join(folder, "text")), /does not begin like one/],
    ["cut in the header", async () => { const path = await written("cut-header"); truncateSync(path, 40); return path; }, /ends inside its header, after 40 bytes/],
    ["cut in the data", async () => { const path = await written("cut-data"); truncateSync(path, readFileSync(path).length - 5); return path; }, /expected \d+ bytes, found \d+/],
    ["with bytes too many", () => handMade("long", entry({}), 9), /expected \d+ bytes, found \d+/],
    ["with a header that is not JSON", () => handMade("nan", entry({}).replace("[2]", "[NaN]"), 8), /its header is not JSON/],
    ["with a header that is a list", () => handMade("list", "[1]", 0), /not a JSON object/],
    ["with an infinite size", () => handMade("infinite", entry({}).replace("[2]", "[1e999]"), 8), /'w' has no valid shape/],
    ["with a negative size", () => handMade("negative", entry({ shape: [-2] }), 8), /'w' has no valid shape: \[-2\]/],
    ["with a shape of another size", () => handMade("shape", entry({ shape: [3] }), 8), /shape \[3\] should take 12 bytes, found 8/],
    ["with a gap", () => handMade("gap", entry({ data_offsets: [4, 12] }), 12), /begins at byte 4, expected 0/],
    ["with backward offsets", () => handMade("backward", entry({ data_offsets: [8, 0] }), 8), /should take 8 bytes, found -8/],
    ["of half floats", () => handMade("half", entry({ dtype: "F16", data_offsets: [0, 4] }), 4), /type "F16"; F32, I32 and BOOL can be read/],
    ["with metadata that is not text", () => handMade("metadata", JSON.stringify({ __metadata__: { step: 3 } }), 0), /metadata is not a map of texts/],
  ];
  it.each(cases)("%s is a clear error", async (_, make, message) => {
    const path = await make();
    const error = await openSafetensors(path).then(() => null, (reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UserError", message: expect.stringMatching(message) as unknown });
    expect((error as Error).message).toContain(path);
  });
});

describe("a disk that fills up while writing", () => {
  /** Opens real files whose writes fail after `budget` bytes, as a full disk's do. */
  const fullAfter = (budget: number): OpenFile => async (path, flags) => {
    const file = await open(path, flags);
    const write = file.write.bind(file) as (bytes: Uint8Array, at: number, length: number) => Promise<{ bytesWritten: number; buffer: Uint8Array }>;
    let left = budget;
    const limited = async (bytes: Uint8Array, at: number, length: number) => {
      if (left === 0) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      const result = await write(bytes, at, Math.min(length, left));
      left -= result.bytesWritten;
      return result;
    };
    return Object.assign(file, { write: limited });
  };

  it("names the path, keeps the old file and leaves no part behind", async () => {
    const path = await written("full.safetensors");
    const before = readFileSync(path);
    const attempt = writeSafetensors(path, { ...content, metadata: { step: "8" } }, fullAfter(200));
    await expect(attempt).rejects.toMatchObject({ code: "JR501", message: `no space left on the disk while writing '${path}'` });
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(folder)).not.toContain("full.safetensors.tmp");
  });

  it("writes a whole file when the space just suffices", async () => {
    const size = readFileSync(await written("measure")).length;
    const path = join(folder, "exact.safetensors");
    await writeSafetensors(path, content, fullAfter(size));
    expect(readFileSync(path)).toEqual(readFileSync(join(folder, "measure")));
  });
});
