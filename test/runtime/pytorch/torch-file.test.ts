import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../../runtime/errors.ts";
import { findStateDict } from "../../../runtime/exchange/state-dict.ts";
import { openTorchFile } from "../../../runtime/pytorch/torch-file.ts";
import { PyInert, type PyDict } from "../../../runtime/pytorch/values.ts";
import { openZip } from "../../../runtime/pytorch/zip-read.ts";
import { packZip, type Packing } from "./pack-zip.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../exchange/fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "jepac-torch-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

/** Everything in a file, tensors as [shape, values]. */
async function readAll(path: string): Promise<Record<string, { shape: readonly number[]; values: number[] }>> {
  const opened = await openTorchFile(path);
  try {
    const found: [string, { shape: readonly number[]; values: number[] }][] = [];
    for (const [name, tensor] of findStateDict(opened.root, path).tensors) found.push([name, { shape: tensor.shape, values: [...(await opened.read(tensor))] }]);
    return Object.fromEntries(found);
  } finally {
    await opened.close();
  }
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** The files of a zip that torch wrote. */
async function unpacked(name: string): Promise<Record<string, Uint8Array>> {
  const zip = await openZip(fixture(name));
  const files: Record<string, Uint8Array> = {};
  for (const entry of zip.entries.values()) files[entry.name] = await zip.read(entry);
  await zip.close();
  return files;
}

describe("what torch.save writes", () => {
  it.each([2, 3, 4, 5])("is read in pickle protocol %i: every type of item, and views that are not row-major", async (protocol) => {
    const expected = JSON.parse(readFileSync(fixture("kinds.json"), "utf8")) as Record<string, { shape: number[]; values: number[] }>;
    const found = await readAll(fixture(`kinds-${protocol}.pt`));
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, { shape, values }] of Object.entries(expected)) {
      expect(found[name]!.shape, name).toEqual(shape);
      // JSON has no -0.
      expect(found[name]!.values.map((value) => value + 0), name).toEqual(values.map((value) => value + 0));
    }
  });

  it.each<Packing>([{ deflate: true }, { zip64: true }, { deflate: true, zip64: true }])("is read from a zip packed anew, %j", async (packing) => {
    const again = file("again.pt", packZip(await unpacked("kinds-2.pt"), packing));
    expect(await readAll(again)).toEqual(await readAll(fixture("kinds-2.pt")));
  });

  it("keeps of a trainer's objects only the names of their classes", async () => {
    const lightning = await openTorchFile(fixture("lightning.ckpt"));
    await lightning.close();
    const { root } = lightning;
    const settings = (root as PyDict).get("hyper_parameters") as PyDict;
    expect(settings.get("optimizer")).toEqual(new PyInert("functools.partial"));
    expect(settings.get("weight_update")).toEqual(new PyInert("src.callbacks.ema.MAWeightUpdate"));
    expect(settings.get("big")).toBe(2n ** 70n);
    expect((root as PyDict).get("global_step")).toBe(100_000);
  });
});

describe("what is refused", () => {
  it("is a pickle that names anything no checkpoint needs", async () => {
    const { code, message, hint } = await failure(openTorchFile(fixture("hostile.ckpt")));
    expect(code).toBe("JR803");
    expect(message).toContain("asks for Python's 'posix.system', which no checkpoint needs");
    expect(hint).toMatch(/^Nothing in the file was executed\./);
  });

  it.each(["os.system", "builtins.eval", "builtins.getattr", "subprocess.Popen", "torch.load", "torch._utils._rebuild_other", "functoolspartial", "runpy._run_code", "webbrowser.open", "__builtin__.exec"])(
    "names %s",
    async (name) => {
      const [module, attribute] = [name.split(".").slice(0, -1).join("."), name.split(".").at(-1)];
      // Protocol 2: GLOBAL, a text, a tuple of it, REDUCE, STOP.
      const pickle = Buffer.from(`\x80\x02c${module}\n${attribute}\nU\x02id\x85R.`, "latin1");
      const path = file("named.pt", packZip({ "archive/data.pkl": pickle }));
      expect((await failure(openTorchFile(path))).message).toContain(`Python's '${module}.${attribute}'`);
      const allowed = await openTorchFile(path, [`${module}.${attribute}`]);
      expect(allowed.root).toEqual(new PyInert(`${module}.${attribute}`));
      await allowed.close();
    },
  );

  it.each([
    ["absent.pt", null, "JR503", "there is no"],
    ["before-1.6.pt", readFileSync(fixture("before-1.6.pt")), "JR802", "is in the format of torch before 1.6"],
    ["bare.pkl", Buffer.from("\x80\x04}.", "latin1"), "JR802", "is a bare pickle"],
    ["notes.txt", "not a checkpoint", "JR802", "is no PyTorch checkpoint"],
    ["empty", "", "JR802", "is no PyTorch checkpoint"],
    ["other.zip", packZip({ "a.txt": Buffer.from("a") }), "JR802", "it holds no data.pkl"],
    ["unknown.pt", packZip({ "a/data.pkl": Buffer.from("\x80\x02(I5\n.", "latin1") }), "JR801", "byte 3 is 0x49, not an opcode that torch.save writes"],
    ["short.pt", packZip({ "a/data.pkl": Buffer.from("\x80\x02}", "latin1") }), "JR801", "its data.pkl cannot be read: it ends at byte 3"],
  ] as const)("is %s", async (name, bytes, code, said) => {
    const error = await failure(openTorchFile(bytes === null ? join(folder, name) : file(name, bytes)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(error.message).toContain(name);
  });

  it("is a file cut off anywhere, in one sentence", async () => {
    const whole = readFileSync(fixture("lightning.ckpt"));
    for (const share of [0.001, 0.1, 0.5, 0.9, 0.999]) {
      const { code, message } = await failure(readAll(file("cut.ckpt", whole.subarray(0, Math.floor(share * whole.length)))));
      expect(code).toBe("JR801");
      expect(message).toMatch(/is not a whole PyTorch checkpoint: it has no directory at its end, after \d+ bytes: it was cut off$/);
    }
  });

  it("is a weight whose bytes changed on the way", async () => {
    const bytes = readFileSync(fixture("kinds-2.pt"));
    const at = bytes.indexOf(Buffer.from(Float32Array.of(-2, -1.75, -1.5).buffer));
    bytes[at] = bytes[at]! ^ 1;
    expect((await failure(readAll(file("changed.pt", bytes)))).message).toMatch(/the check sum of '.*data\/\d+' does not fit its bytes/);
  });
});

describe("500 random damages", () => {
  /** Numbers from one seed. */
  function* draws(seed: number): Generator<number, never> {
    for (let state = seed; ; ) yield (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  }

  it("of a whole file end in a message or in tensors", async () => {
    const whole = readFileSync(fixture("kinds-5.pt"));
    const random = draws(1);
    const codes = new Set<string>();
    for (let i = 0; i < 250; i++) {
      const bytes = Buffer.from(whole);
      for (let k = 0; k < 1 + (i % 3); k++) bytes[Math.floor(random.next().value * bytes.length)] = Math.floor(random.next().value * 256);
      const path = file("damaged.pt", bytes);
      codes.add(await readAll(path).then(() => "read", (error: unknown) => (error instanceof UserError ? error.code : `${i}: ${String(error)}`)));
    }
    expect([...codes].filter((code) => !["read", "JR801", "JR802", "JR803", "JR804"].includes(code))).toEqual([]);
    expect(codes).toContain("JR801");
  });

  it("of the pickle itself, which no check sum guards, do too", async () => {
    const files = await unpacked("kinds-4.pt");
    const [name] = Object.keys(files).filter((key) => key.endsWith("/data.pkl"));
    const whole = files[name!]!;
    const random = draws(2);
    const codes = new Set<string>();
    for (let i = 0; i < 250; i++) {
      const pickle = Buffer.from(whole);
      for (let k = 0; k < 1 + (i % 3); k++) pickle[Math.floor(random.next().value * pickle.length)] = Math.floor(random.next().value * 256);
      const path = file("pickle.pt", packZip({ ...files, [name!]: pickle }));
      codes.add(await readAll(path).then(() => "read", (error: unknown) => (error instanceof UserError ? error.code : `${i}: ${String(error)}`)));
    }
    expect([...codes].filter((code) => !["read", "JR801", "JR802", "JR803", "JR804"].includes(code))).toEqual([]);
    expect(codes).toContain("JR803");
  });
});
