// Two hosts on one machine: network namespaces with a cable between them. Trains over MPICH and TCP, then pulls the
// cable in mid-run: every rank must end within 30 s, with a reason and a checkpoint from which the run goes on.
//   node bench/parallel/two-hosts.mjs      (as root; needs ip and mpirun.mpich)
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { losses, setting, softwareDevices, trainer } from "./setting.mjs";

const LIMIT = 30;
const HOSTS = ["jepac-a", "jepac-b"].map((name, i) => ({ name, address: `10.77.0.${i + 1}`, cable: `jepac-veth-${i}` }));
const [first, second] = HOSTS;
const ip = (...args) => {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
};

const folder = await setting({ preset: "tiny", microBatch: 4 });
try {
  for (const { name } of HOSTS) ip("netns", "add", name);
  ip("link", "add", first.cable, "netns", first.name, "type", "veth", "peer", "name", second.cable, "netns", second.name);
  for (const { name, address, cable } of HOSTS) {
    ip("-n", name, "addr", "add", `${address}/24`, "dev", cable);
    for (const device of ["lo", cable]) ip("-n", name, "link", "set", device, "up");
  }
  // What mpirun calls in place of ssh: a host name of its own, too, or MPI would see one machine.
  const agent = join(folder, "agent.sh");
  const lines = HOSTS.map(({ name, address }) => `${address}) name=${name};;`).join(" ");
  writeFileSync(agent, `#!/bin/sh\nhost=$1; shift\ncase $host in ${lines} esac\nexec ip netns exec $name unshare --uts sh -c "hostname $name; $*"\n`);
  chmodSync(agent, 0o755);
  const mpirun = ["mpirun.mpich", "-launcher", "rsh", "-launcher-exec", agent, "-hosts", HOSTS.map(({ address }) => address).join(","), "-iface", first.cable, "-n", "2"];
  const launcher = ["ip", "netns", "exec", first.name, "unshare", "--uts", "sh", "-c", `hostname ${first.name}; exec "$@"`, "sh", ...mpirun];
  // One kernel serves both hosts: without this, MPI would find its shared memory.
  const env = { ...softwareDevices(folder, 1), UCX_TLS: "tcp,self" };
  const args = (run, steps, ...more) => ["--out", join(folder, run), "--steps", String(steps), "--log-every", "1", "--checkpoint-every", "5", ...more];

  const whole = await trainer(folder, args("whole", 20), { env, launcher });
  console.log(`two hosts: ended with ${whole.code}, ${losses(folder, "whole").length} steps`, whole.code === 0 ? "" : whole.err.slice(-600) + whole.out.slice(-300));
  let cutAt = null;
  const cut = await trainer(folder, args("cut", 100_000), {
    env,
    launcher,
    onText(text) {
      if (cutAt !== null || !/^ *8\//m.test(text)) return;
      ip("-n", first.name, "link", "set", first.cable, "down");
      cutAt = performance.now();
    },
  });
  const seconds = (performance.now() - cutAt) / 1000;
  console.log(`cable pulled after step 8: mpirun ended with ${cut.code} after ${seconds.toFixed(1)} s, saying:\n${cut.err.split("\n").filter((line) => /^error|checkpoint|^hint/.test(line)).join("\n")}`);
  ip("-n", first.name, "link", "set", first.cable, "up");
  const resumed = await trainer(folder, args("cut", 20, "--resume"), { env, launcher });
  const same = JSON.stringify(losses(folder, "cut")) === JSON.stringify(losses(folder, "whole"));
  console.log(`plugged in again and resumed: ended with ${resumed.code}, ${same ? "the same losses as the run that was not cut" : "OTHER losses"}`);
  process.exitCode = whole.code === 0 && cut.code !== 0 && seconds < LIMIT && resumed.code === 0 && same ? 0 : 1;
} finally {
  for (const { name } of HOSTS) spawnSync("ip", ["netns", "del", name]);
  rmSync(folder, { recursive: true });
}
