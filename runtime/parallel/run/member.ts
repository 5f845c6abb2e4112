import { hostname } from "node:os";
import { UserError } from "../../errors.ts";
import type { Gpu, DeviceChoice } from "../../gpu/index.ts";
import type { Collective } from "../collective.ts";

/** What a rank tells the others of itself before training. */
export interface Member {
  readonly host: string;
  readonly device: string;
  readonly software: boolean;
  /** The same on two ranks of one host only where they share a device. */
  readonly place: string;
  /** Of the plan, and of the names of all clips. */
  readonly plan: string;
  readonly data: string | null;
  /** How it exchanges what it computes. */
  readonly exchange: string;
}

export function describeMember(gpu: Gpu, choice: DeviceChoice | null, run: Pick<Member, "plan" | "data" | "exchange">): Member {
  const { name, software } = gpu.info;
  return { host: hostname(), device: name, software, place: JSON.stringify([name, choice?.settings ?? {}]), ...run };
}

/**
 * Hears of all ranks, and refuses a group that would not do what it seems to.
 * @throws UserError JR113 two ranks on one GPU, JR722 other builds, JR723 other clips, JR725 another way to exchange
 */
export async function meetMembers(group: Collective, own: Member): Promise<Member[]> {
  const members = await group.gather(own);
  members.forEach((member, rank) => {
    const [first] = members;
    const twin = members.findIndex(({ host, place }) => host === member.host && place === member.place);
    if (twin < rank && !member.software) throw new UserError("JR113", `ranks ${twin} and ${rank} both took '${member.device}' on ${member.host}`, "Start as many processes on a machine as it has GPUs, or name the devices with --devices.");
    if (member.plan !== first!.plan) throw new UserError("JR722", `ranks 0 and ${rank} have different builds of the model`, "Give all machines the same build folder.");
    if (member.exchange !== first!.exchange) throw new UserError("JR725", `ranks 0 and ${rank} exchange differently: '${first!.exchange}' and '${member.exchange}'`, "Start all processes with the same options.");
    if (member.data !== first!.data) throw new UserError("JR723", `ranks 0 and ${rank} see different clips under --data`, "Give all machines the same data, in the same place.");
  });
  return members;
}

/** `2 x nvidia-h200`, `nvidia-h200 and llvmpipe`; software devices that share a processor are told apart by nothing. */
export function devicesInWords(members: readonly Member[]): string {
  const names = [...new Set(members.map(({ device }) => device))];
  return names.map((name) => {
    const count = members.filter(({ device }) => device === name).length;
    return count === 1 ? name : `${count} x ${name}`;
  }).join(" and ");
}
