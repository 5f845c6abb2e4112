import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../../runtime/errors.ts";
import { BufferUsage } from "../../../runtime/gpu/dawn.ts";
import { describeAdapters, openGpu, sleepUntil } from "../../../runtime/gpu/index.ts";

const gpu = await openGpu();
afterAll(() => gpu.destroy());

describe("openGpu", () => {
  it("says which adapter it took and what it can do", () => {
    expect(gpu.info.name).not.toBe("");
    expect(gpu.info.backend).toMatch(/^(vulkan|metal|d3d12)$/);
    expect(gpu.info.subgroupMaxSize).toBeGreaterThanOrEqual(gpu.info.subgroupMinSize);
    expect(gpu.rowLanes).toBe(gpu.info.software ? gpu.info.subgroupMaxSize : 64);
  });

  it("raises the limits to the adapter's", () => {
    expect(gpu.limits.maxBufferSize).toBeGreaterThanOrEqual(2 ** 28);
    expect(gpu.device.limits.maxBufferSize).toBe(gpu.limits.maxBufferSize);
    expect(gpu.device.limits.maxStorageBuffersPerShaderStage).toBe(gpu.limits.maxStorageBuffersPerShaderStage);
  });

  it("asks for the features it found", () => {
    for (const feature of gpu.features) expect(gpu.device.features.has(feature)).toBe(true);
    expect(gpu.has("subgroups")).toBe(gpu.features.includes("subgroups"));
  });

  it("finds an adapter by part of its name, in any case", async () => {
    const found = await openGpu({ adapter: gpu.info.name.slice(0, 5).toUpperCase() });
    expect(found.info).toEqual(gpu.info);
    found.destroy();
  });

  it("names the adapters there are when none has the name", async () => {
    const error = await openGpu({ adapter: "voodoo" }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).code).toBe("JR102");
    expect((error as UserError).hint).toContain(gpu.info.name);
  });

  it("says how to get a driver where there is none", async () => {
    const before = process.env["VK_ICD_FILENAMES"];
    process.env["VK_ICD_FILENAMES"] = "/no/such/driver.json";
    try {
      await expect(openGpu()).rejects.toMatchObject({ code: "JR101", hint: expect.stringContaining("driver") as string });
    } finally {
      if (before === undefined) delete process.env["VK_ICD_FILENAMES"];
      else process.env["VK_ICD_FILENAMES"] = before;
    }
  });
});

describe("describeAdapters", () => {
  it("lists the adapter in use", async () => {
    expect(await describeAdapters()).toContainEqual(gpu.info);
  });
});

describe("errors of the device", () => {
  it("are thrown at the next wait, with the label of what failed", async () => {
    gpu.device.createShaderModule({ label: "broken-kernel", code: "fn main( {}" });
    await expect(gpu.wait(gpu.device.queue.onSubmittedWorkDone())).rejects.toMatchObject({ code: "JR105", message: expect.stringContaining("broken-kernel") as string });
    await expect(gpu.wait(gpu.device.queue.onSubmittedWorkDone())).resolves.toBeUndefined();
  });

  it("of a lost device are a clear error, for pending and for later work", async () => {
    const doomed = await openGpu();
    const buffer = doomed.device.createBuffer({ size: 4, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
    doomed.device.queue.writeBuffer(buffer, 0, new Float32Array(1));
    const pending = doomed.wait(buffer.mapAsync(1));
    doomed.destroy();
    await expect(pending).rejects.toMatchObject({ code: "JR104", message: expect.stringContaining(doomed.info.name) as string });
    expect(() => doomed.check()).toThrow(UserError);
    expect((await doomed.lost).code).toBe("JR104");
  });
});

describe("sleepUntil", () => {
  it("takes little processor time while it waits", async () => {
    const start = process.cpuUsage();
    await sleepUntil(new Promise((resolve) => setTimeout(resolve, 300)));
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(150);
  });

  it("passes values and failures on, for several waiters at once", async () => {
    const values = [sleepUntil(Promise.resolve(1)), sleepUntil(Promise.resolve(2))];
    expect(await Promise.all(values)).toEqual([1, 2]);
    await expect(sleepUntil(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
