import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeAtomic } from "../../../runtime/checkpoint/atomic-write.ts";
import { fileProblem } from "../../../runtime/checkpoint/file-problem.ts";
import { makeFolder } from "../../../runtime/checkpoint/make-folder.ts";

describe("making a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "jepac-folder-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("makes what is missing, also for several at once, and leaves what is there", async () => {
    const deep = join(folder, "a", "b", "c");
    await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(join(folder, "a", "d"))]);
    writeFileSync(join(deep, "kept"), "x");
    await makeFolder(`${deep}/`);
    expect(existsSync(join(deep, "kept"))).toBe(true);
    expect(existsSync(join(folder, "a", "d"))).toBe(true);
  });

  it("names a file that is in the way", async () => {
    writeFileSync(join(folder, "file"), "");
    for (const path of [join(folder, "file"), join(folder, "file", "below")]) {
      await expect(makeFolder(path)).rejects.toMatchObject({ code: "JR506", message: `'${path}' needs a folder where there is a file` });
    }
  });

  it.runIf(process.platform === "linux")("ends where no folder can be made", async () => {
    await expect(makeFolder("/proc/jepac/run")).rejects.toMatchObject({ code: "JR507", message: "'/proc/jepac/run' cannot be written: there is no folder '/proc/jepac'" });
  });

  it("says of a read-only file system that it may not be written, of a file's folder that it is missing", async () => {
    expect(fileProblem(Object.assign(new Error("read-only"), { code: "EROFS" }), "write", "runs/a")).toMatchObject({ code: "JR504", message: "no permission to write 'runs/a'" });
    const path = join(folder, "absent", "e.npy");
    await expect(writeAtomic(path, () => Promise.resolve())).rejects.toMatchObject({ code: "JR507", message: `'${path}' cannot be written: there is no folder '${join(folder, "absent")}'` });
  });
});
