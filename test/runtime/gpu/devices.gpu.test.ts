import { rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { isLoaded } from "../../../runtime/gpu/devices/manifests.ts";
import { listDevices, openDevice } from "../../../runtime/gpu/index.ts";
import { twoSoftwareDevices } from "../../support/two-devices.ts";

const two = twoSoftwareDevices();
afterAll(() => {
  if (two) rmSync(two.folder, { recursive: true });
});

describe.skipIf(two === null)("two software devices of one name", () => {
  it("are listed as two, each with the way to it, and the second can be opened", async () => {
    process.env["VK_ICD_FILENAMES"] = two!.manifests.join(":");
    delete process.env["VK_DRIVER_FILES"];
    const devices = await listDevices();
    expect(devices.map(({ index, how }) => ({ index, how }))).toEqual(two!.manifests.map((path, index) => ({ index, how: `by its driver, ${path}` })));
    expect(devices[0]!.info).toEqual(devices[1]!.info);
    expect(devices[1]!.maxBufferSize).toBeGreaterThan(2 ** 27);
    expect(devices[1]!.unreachable).toBeNull();

    // Listing has loaded both drivers into this process; the check after opening is for one that has loaded the wrong one only.
    const gpu = await openDevice(devices[1]!);
    expect(gpu.info).toEqual(devices[1]!.info);
    expect(isLoaded(devices[1]!.manifest!)).toBe(true);
    gpu.destroy();
  });

  it("are refused when the driver loaded is another's", async () => {
    const [first] = await listDevices();
    const elsewhere = { ...first!, manifest: { path: "/icd/elsewhere.json", library: "/icd/libelsewhere.so" } };
    await expect(openDevice(elsewhere)).rejects.toMatchObject({ code: "JR112", message: `asked for '${first!.info.name}', and got one of another driver` });
  });
});
