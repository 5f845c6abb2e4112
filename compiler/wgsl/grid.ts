import type { HostExpr } from "@jepac/runtime/plan";
import { hostCall } from "../graph/host-call.ts";
import { hostSize } from "../graph/host-size.ts";
import type { Poly } from "../size/poly.ts";
import type { Site, Workgroups } from "./kernel.ts";

/** Workgroups for `count` items, `each` items a workgroup, folded into two dimensions where one is too short. */
export function gridFor(count: Poly, each: number, site: Site): Workgroups {
  const limit = site.maxWorkgroups;
  const most = Math.ceil(site.box.most(count) / each);
  return fold(ceilDiv(hostSize(count), each), most, limit);
}

/** `groups` workgroups, at most `most`. */
export function fold(groups: HostExpr, most: number, limit: number): Workgroups {
  if (most <= limit) return [groups, 1, 1];
  if (most > limit * limit) throw new RangeError(`${most} workgroups do not fit ${limit} x ${limit}`);
  const rows = hostCall("max", hostCall("ceildiv", groups, limit), 1);
  return [hostCall("ceildiv", groups, rows), rows, 1];
}

export function ceilDiv(value: HostExpr, by: number): HostExpr {
  if (by === 1) return value;
  return hostCall("ceildiv", value, by);
}

/** The number of this workgroup in a folded grid. */
export const WORKGROUP = "group.x + group.y * groups.x";
export const GRID_INPUTS = "@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u";
