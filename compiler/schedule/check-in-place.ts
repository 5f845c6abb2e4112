import type { Group } from "./group.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/**
 * An output may take the place of a weight. Then the kernel that writes it must be the only one that reads the
 * weight, and take each element once. Throws otherwise: the weight would be gone before it is read.
 */
export function checkInPlace(groups: readonly Group[], storage: Storage): void {
  const readers = new Map<Tensor, Set<Group>>();
  for (const group of groups) {
    for (const node of group.reads) {
      const tensor = node.op === "weight" ? storage.tensorOf(node) : undefined;
      if (tensor === undefined) continue;
      const known = readers.get(tensor);
      if (known) known.add(group);
      else readers.set(tensor, new Set([group]));
    }
  }
  for (const group of groups) {
    for (const tensor of [...group.members].flatMap((node) => storage.storesOf(node))) {
      for (const reader of readers.get(tensor) ?? []) {
        if (reader === group && group.form.kind === "map") continue;
        throw new Error(`output '${tensor.name}' overwrites a weight that other kernels still read`);
      }
    }
  }
}
