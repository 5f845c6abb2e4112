// How every library's step is timed: the first apart, some to warm up, then the median of the rest.
import { readFileSync } from "node:fs";

/**
 * @param {(i: number) => Promise<number>} step runs one step to its end and gives its loss
 * @returns milliseconds: of the first step, and the median, least and most of the timed ones; `cpu_ms` of all threads
 *   of this process; `others` the cores that other processes kept busy meanwhile
 */
export async function measureSteps(step, { warmup, steps }) {
  const losses = [];
  const walls = [];
  const cpus = [];
  let before = machineNow();
  for (let i = 0; i < 1 + warmup + steps; i++) {
    if (i === 1 + warmup) before = machineNow();
    const cpu = process.cpuUsage();
    const at = performance.now();
    losses.push(await step(i));
    walls.push(performance.now() - at);
    const { user, system } = process.cpuUsage(cpu);
    cpus.push((user + system) / 1000);
  }
  const timed = walls.slice(1 + warmup);
  return {
    first_ms: walls[0], step_ms: median(timed), least_ms: Math.min(...timed), most_ms: Math.max(...timed),
    cpu_ms: median(cpus.slice(1 + warmup)), others: othersSince(before), losses,
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Seconds of processor time: of this process, and of all. */
function machineNow() {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), own: (user + system) / 1e6, all: allBusy() };
}

/** Processor time of all processes in seconds; undefined where the system does not tell. */
export function allBusy() {
  try {
    const [, ...ticks] = readFileSync("/proc/stat", "utf8").split("\n", 1)[0].split(/\s+/).map(Number);
    const [user, nice, system, , , irq, softirq] = ticks;
    return (user + nice + system + irq + softirq) / 100;
  } catch {
    return undefined;
  }
}

function othersSince({ at, own, all }) {
  const now = machineNow();
  if (all === undefined || now.all === undefined) return undefined;
  return Math.max(0, (now.all - all - (now.own - own)) / ((now.at - at) / 1000));
}
