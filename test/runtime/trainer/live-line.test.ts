import { describe, expect, it } from "vitest";
import type { TrainRow } from "../../../runtime/train/row.ts";
import { LiveLine } from "../../../runtime/trainer/live-line.ts";

const row = (step: number): TrainRow => ({
  step, loss: 0.5, reports: { target_std: 0.83 }, displays: { lr: 3e-4, decay: 0.996 }, sizes: { M: 58 }, clipsPerSecond: 40, time: "2026-01-01T00:00:00Z",
});

/** What is left on a terminal that understands "return to the start of the line and clear it". */
function screen(isTTY: boolean, columns = 200) {
  const written: string[] = [];
  const shown = (): string[] => written.join("").split("\n").map((line) => line.split("\r\x1b[2K").at(-1)!);
  return { isTTY, columns, written, shown, write: (text: string) => void written.push(text) };
}

describe("the progress of a run", () => {
  it("is one rewritten line on a terminal", () => {
    const tty = screen(true);
    const line = new LiveLine(tty, 200, 4);
    line.row(row(1), true);
    line.row(row(200), true);
    line.end();
    expect(tty.shown()).toEqual(["200/200  loss 0.5000  lr 3.00e-4  decay 0.9960  target_std 0.8300  M 58  40 clips/s  ETA 0s", ""]);
    expect(tty.written[0]).toBe("  1/200  loss 0.5000  lr 3.00e-4  decay 0.9960  target_std 0.8300  M 58  40 clips/s  ETA 20s");
  });

  it("fits the terminal", () => {
    const tty = screen(true, 30);
    new LiveLine(tty, 200, 4).row(row(1), true);
    expect(tty.shown()[0]).toBe("  1/200  loss 0.5000  lr 3.00");
  });

  it("is not rewritten faster than one can read", () => {
    const tty = screen(true);
    const line = new LiveLine(tty, 1000, 4);
    for (let step = 1; step <= 100; step++) line.row(row(step), true);
    expect(tty.written.length).toBeLessThan(10);
  });

  it("stays below messages", () => {
    const tty = screen(true);
    const line = new LiveLine(tty, 200, 4);
    line.row(row(1), true);
    line.print("note: x");
    expect(tty.shown()).toEqual(["note: x", expect.stringContaining("1/200")]);
  });

  it("is a plain line for each logged step elsewhere", () => {
    const file = screen(false);
    const line = new LiveLine(file, 200, 4);
    for (const [step, logged] of [[1, true], [2, false], [3, true]] as const) line.row(row(step), logged);
    line.print("note: x");
    line.end();
    expect(file.written.map((text) => text.slice(0, 9))).toEqual(["  1/200  ", "  3/200  ", "note: x\n"]);
    expect(file.written.join("")).not.toContain("\x1b");
  });
});
