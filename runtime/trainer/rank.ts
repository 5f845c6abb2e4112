import { UserError } from "../errors.ts";
import { chooseDevices, listDevices, openDevice, openGpu, type DeviceChoice, type Gpu } from "../gpu/index.ts";
import { joinGroup, trainInGroup, type Collective, type Place } from "../parallel/index.ts";
import type { TrainOptions, TrainResult } from "../train/train.ts";

/** Settings of a process that a launcher or the trainer itself started as one of several. */
export interface RankOptions extends TrainOptions {
  readonly devices?: string | undefined;
}

/**
 * Trains as one rank of a group: opens the device that is this rank's, joins, and computes. Gives null on ranks that
 * have nothing to show. A failure is told to the others before it is thrown.
 */
export async function trainAsRank(options: RankOptions, place: Place): Promise<TrainResult | null> {
  let group: Collective | null = null;
  let gpu: Gpu | null = null;
  try {
    const choice = await chooseOwn(options, place);
    gpu = choice === null ? await openGpu({ adapter: options.adapter }) : await openDevice(choice);
    const join = async (): Promise<Collective> => (group = await joinGroup());
    const result = await trainInGroup(options, { place, join, gpu, choice });
    await leave(group);
    return result;
  } catch (error) {
    report(error);
    tell(group, error);
    throw error;
  } finally {
    gpu?.destroy();
  }
}

/** The supervisor has chosen for its ranks; under MPI each takes the one that its number on this machine gives. */
async function chooseOwn({ devices, adapter }: RankOptions, { localRank }: Place): Promise<DeviceChoice | null> {
  const chosen = process.env["JEPAC_DEVICE"];
  if (chosen !== undefined) return JSON.parse(chosen) as DeviceChoice | null;
  if (adapter !== undefined) return null;
  const all = chooseDevices(devices ?? "all", await listDevices());
  // More ranks than devices share them, which is refused later where they are hardware.
  return all[localRank % all.length]!;
}

// Assigned in a callback, which the type of a local does not see.
async function leave(group: Collective | null): Promise<void> {
  await group?.close();
}

function tell(group: Collective | null, error: unknown): void {
  group?.fail({ code: error instanceof UserError ? error.code : "fault", message: (error as Error).message });
}

/** Tells a supervisor, if there is one, who shows it. */
function report(error: unknown): void {
  const { code, hint } = error instanceof UserError ? error : { code: "fault", hint: undefined };
  process.send?.({ failure: { code, message: (error as Error).message, hint } });
}
