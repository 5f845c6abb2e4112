import { describe, expect, it } from "vitest";
import { chooseDevices, type DeviceChoice } from "../../../runtime/gpu/devices/devices.ts";
import type { Manifest } from "../../../runtime/gpu/devices/manifests.ts";
import { findWays, type Probe } from "../../../runtime/gpu/devices/ways.ts";

const manifest = (name: string): Manifest => ({ path: `/icd/${name}.json`, library: `lib_${name}.so` });

/** A machine: the devices of each driver, and whether Mesa's layer is there. */
function machine(drivers: Readonly<Record<string, readonly string[]>>, layer: boolean): Probe {
  return (settings) => {
    const chosen = settings["VK_DRIVER_FILES"];
    const names = Object.entries(drivers).flatMap(([driver, devices]) => (chosen === undefined || chosen === manifest(driver).path ? devices : []));
    if (!layer) return Promise.resolve(names);
    const n = settings["MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE"] === "1" ? 0 : /^(\d+)!$/.exec(settings["DRI_PRIME"] ?? "")?.[1];
    return Promise.resolve(n === undefined ? names : names.slice(Number(n), Number(n) + 1));
  };
}

describe("findWays", () => {
  it("tells different devices by their names", async () => {
    const ways = await findWays(machine({ nvidia: ["NVIDIA H200"], lvp: ["llvmpipe"] }, false), [manifest("nvidia"), manifest("lvp")]);
    expect(ways).toEqual([{ name: "NVIDIA H200", settings: {}, how: "by its name" }, { name: "llvmpipe", settings: {}, how: "by its name" }]);
  });

  it("tells devices of one name and two drivers by the driver", async () => {
    const ways = await findWays(machine({ one: ["llvmpipe"], two: ["llvmpipe"] }, false), [manifest("one"), manifest("two")]);
    expect(ways.map(({ how }) => how)).toEqual(["by its driver, /icd/one.json", "by its driver, /icd/two.json"]);
    expect(ways[1]!.settings).toEqual({ VK_ICD_FILENAMES: "/icd/two.json", VK_DRIVER_FILES: "/icd/two.json", VK_ADD_DRIVER_FILES: undefined });
  });

  it("tells devices of one driver by Mesa's layer", async () => {
    const ways = await findWays(machine({ nvidia: ["NVIDIA H200", "NVIDIA H200", "NVIDIA H200"], lvp: ["llvmpipe"] }, true), [manifest("nvidia"), manifest("lvp")]);
    expect(ways.map(({ name }) => name)).toEqual(["NVIDIA H200", "NVIDIA H200", "NVIDIA H200", "llvmpipe"]);
    expect(ways.slice(0, 3).map(({ settings }) => settings["DRI_PRIME"] ?? settings["MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE"])).toEqual(["1", "1!", "2!"]);
    expect(ways.every(({ unreachable }) => unreachable === undefined)).toBe(true);
  });

  it("says what is missing where they cannot be told apart", async () => {
    const ways = await findWays(machine({ nvidia: ["NVIDIA H200", "NVIDIA H200"] }, false), [manifest("nvidia")]);
    expect(ways).toHaveLength(2);
    for (const { unreachable } of ways) expect(unreachable).toContain("mesa-vulkan-drivers");
  });
});

describe("chooseDevices", () => {
  const device = (index: number, software: boolean, unreachable: string | null = null) => ({ index, info: { name: `gpu-${index}`, software }, unreachable }) as unknown as DeviceChoice;
  const devices = [device(0, false), device(1, false), device(2, true)];
  const indices = (choice: string): number[] => chooseDevices(choice, devices).map(({ index }) => index);

  it("takes all of the hardware, a number of devices, or indices in their order", () => {
    expect(indices("all")).toEqual([0, 1]);
    expect(indices("3")).toEqual([0, 1, 2]);
    expect(indices("2,0")).toEqual([2, 0]);
    expect(indices("1,")).toEqual([1]);
    expect(chooseDevices("all", [devices[2]!]).map(({ index }) => index)).toEqual([2]);
  });

  it.each([
    ["4", "JR110", "--devices 4: this machine has 3"],
    ["0,7", "JR110", "--devices 0,7: there is no device 7; this machine has 3, from 0"],
    ["1,1", "JR531", "--devices 1,1: device 1 is there twice"],
    ["both", "JR531", "--devices both: 'all', a number of devices, or indices as in 0,2 were expected"],
  ])("refuses %s", (choice, code, message) => {
    expect(() => chooseDevices(choice, devices)).toThrow(expect.objectContaining({ code, message }));
  });

  it("refuses a device that cannot be told from another, and says why", () => {
    expect(() => chooseDevices("1", [device(0, false, "install the layer")])).toThrow(expect.objectContaining({ code: "JR111", hint: "install the layer" }));
  });
});
