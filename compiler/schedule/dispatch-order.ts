import type { Group } from "./group.ts";

/** Groups so that each comes after those it needs, and otherwise as near to the order of the graph as can be. */
export function orderGroups(groups: readonly Group[]): Group[] {
  const waiting = new Map(groups.map((group) => [group, group.needs.size]));
  const users = new Map<Group, Group[]>(groups.map((group) => [group, []]));
  for (const group of groups) for (const need of group.needs) users.get(need)!.push(group);
  const ready = groups.filter((group) => group.needs.size === 0);
  const order: Group[] = [];
  while (ready.length > 0) {
    let first = 0;
    for (let i = 1; i < ready.length; i++) if (ready[i]!.last < ready[first]!.last) first = i;
    const [group] = ready.splice(first, 1);
    order.push(group!);
    for (const user of users.get(group!)!) {
      const left = waiting.get(user)! - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  if (order.length !== groups.length) throw new Error("kernels wait for each other in a circle");
  return order;
}
