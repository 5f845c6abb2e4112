import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { openSafetensors } from "../../../runtime/checkpoint/safetensors-read.ts";
import { CheckpointStore } from "../../../runtime/checkpoint/store.ts";
import { train } from "../../../runtime/train/train.ts";
import { compiledRuntime, makeToy, trainerPath } from "./toy-model.ts";

const toy = makeToy();
afterAll(() => rmSync(toy, { recursive: true }));

/** Real processes run the compiled runtime, which `npm test` builds first. */
const compiled = existsSync(fileURLToPath(compiledRuntime("trainer/trainer.js")));

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** Starts node; `onText` sees all of its output so far whenever there is more. */
function node(args: readonly string[], onText: (text: string, child: ChildProcess) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args);
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => onText((out += chunk.toString()), child));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
}

const trainer = (out: string, ...more: string[]): string[] => [trainerPath(toy), "--data", join(toy, "clips"), "--out", join(toy, out), "--seed", "3", "--log-every", "5", ...more];

/** Sends a signal the first time the output matches. */
function once(pattern: RegExp, signal: NodeJS.Signals): (text: string, child: ChildProcess) => void {
  let sent = false;
  return (text, child) => {
    if (sent || !pattern.test(text)) return;
    sent = true;
    child.kill(signal);
  };
}

async function weights(out: string): Promise<unknown[]> {
  const file = await openSafetensors((await new CheckpointStore(join(toy, out)).latest())!);
  const all = await Promise.all([...file.tensors.keys()].map((name) => file.read(name)));
  await file.close();
  return [file.metadata["step"], ...all];
}

const straight = (out: string, steps: number) => train({ buildDir: join(toy, "build"), data: join(toy, "clips"), out: join(toy, out), seed: 3, steps });

describe.runIf(compiled)("a trainer in a process of its own", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("saves and exits with 0 on %s, and goes on with the same bits", async (signal) => {
    const first = await node(trainer(signal, "--steps", "1000000"), once(/\n *25\//, signal));
    expect(first).toMatchObject({ code: 0, signal: null });
    expect(first.out).toContain("stopping after this step to save; press Ctrl-C again to stop at once\n");
    const stopped = /stopped after (\d+) of 1000000 steps, loss [^;]+; saved .*\.safetensors; continue with --resume\n/.exec(first.out);
    const steps = Number(stopped?.[1]) + 30;
    const second = await node(trainer(signal, "--resume", "--steps", String(steps)), () => undefined);
    expect(second).toMatchObject({ code: 0 });
    await straight(`${signal}-straight`, steps);
    expect(await weights(signal)).toEqual(await weights(`${signal}-straight`));
  });

  it("killed without warning goes on from its last checkpoint with the same bits", async () => {
    const first = await node(trainer("killed", "--steps", "1000000", "--checkpoint-every", "8"), once(/\n *40\//, "SIGKILL"));
    expect(first).toMatchObject({ code: null, signal: "SIGKILL" });
    const steps = Number((await weights("killed"))[0]) + 20;
    expect(await node(trainer("killed", "--resume", "--steps", String(steps)), () => undefined)).toMatchObject({ code: 0 });
    await straight("killed-straight", steps);
    expect(await weights("killed")).toEqual(await weights("killed-straight"));
  });

  it("shows errors without a stack trace and exits with 1", async () => {
    const { code, err } = await node([trainerPath(toy), "--dta", "x"], () => undefined);
    expect({ code, err }).toEqual({ code: 1, err: "error[JR530]: unknown option '--dta'\nhint: Did you mean --data?\n" });
  });

  it("exits with 130 on the second signal, when the first has not ended it", async () => {
    const script = `import { interruptSignal } from ${JSON.stringify(compiledRuntime("trainer/interrupt.js"))};
      interruptSignal(() => console.log("saving"));
      setInterval(() => undefined, 1000);
      console.log("ready");`;
    let sent = 0;
    const ended = await node(["--input-type=module", "-e", script], (text, child) => {
      const due = text.includes("saving") ? 2 : 1;
      if (sent < due) child.kill("SIGINT");
      sent = due;
    });
    expect(ended).toMatchObject({ code: 130, out: "ready\nsaving\n" });
  });
});
