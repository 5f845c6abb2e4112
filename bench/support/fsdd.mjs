// The Free Spoken Digit Dataset as benches take it: arguments, recordings unpacked and listed, and what runs them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { link, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @returns the options, and the archive as the one positional argument; ends the process where there is none */
export function fsddArguments(bench) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      preset: { type: "string", default: "tiny" },
      steps: { type: "string", default: "3000" },
      model: { type: "string", default: "models/audio-jepa-official.jm" },
      out: { type: "string", default: `build/${bench}` },
      seed: { type: "string", default: "0" },
      // Half a second: the recordings last 0.43 s on average.
      set: { type: "string", multiple: true, default: ["samples=4096"] },
    },
  });
  const [archive] = positionals;
  if (archive === undefined || !existsSync(archive)) {
    console.error(`usage: node bench/${bench}.mjs <fsdd.tar.gz>  (recordings named digit_speaker_index.wav)`);
    process.exit(1);
  }
  return { ...values, archive, out: join(root, values.out), settings: values.set.flatMap((setting) => ["--set", setting]) };
}

/** Unpacks the archive into `clips`; all recordings, in order of name. */
export async function fsddRecordings(archive, clips) {
  if (!existsSync(clips)) {
    await mkdir(clips, { recursive: true });
    sh("tar", ["-xzf", archive, "-C", clips, "--strip-components=1"]);
  }
  const names = (await readdir(clips)).filter((name) => name.endsWith(".wav")).sort();
  return names.map((name) => {
    const [digit, speaker, index] = name.replace(".wav", "").split("_");
    return { name, digit, speaker, index: Number(index) };
  });
}

/** Makes `folder` anew, with links to these recordings. */
export async function linkAll(recordings, clips, folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { name } of recordings) await link(join(clips, name), join(folder, name));
}

/** Runs jepac's command; ends the process where it fails. @returns what it printed, with `--json` among its arguments */
export function jepac(...args) {
  return sh("node", [join(root, "dist", "cli", "main.js"), ...args], args.includes("--json"));
}

export function sh(command, args, capture = false) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8", stdio: ["inherit", capture ? "pipe" : "inherit", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
  return stdout ?? "";
}

/** A share, with its interval, of n. */
export function percent(share, low, high, n) {
  return `${(100 * share).toFixed(1)} % [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}] of ${n}`;
}
