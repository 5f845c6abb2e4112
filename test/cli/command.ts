import { execFile, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const main = `${root}dist/cli/main.js`;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  /** Without what Dawn itself prints when a device is opened. */
  readonly err: string;
}

export interface Setting {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sees all of stdout so far whenever there is more. */
  readonly onText?: (text: string, child: ChildProcess) => void;
}

/** Runs a script with this Node to its end; never more than two minutes. */
export function script(file: string, args: readonly string[], { cwd = root, env = {}, onText }: Setting = {}): Promise<Ended> {
  if (!existsSync(file)) throw new Error(`${file} is not there: run \`npm run build\` first`);
  return new Promise((resolve) => {
    const clean = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, JEPAC_DEBUG: undefined, ...env };
    const child = execFile(process.execPath, [file, ...args], { cwd, env: clean, timeout: 120_000, maxBuffer: 1 << 26 }, (_error, out, err) => {
      resolve({ code: child.exitCode, signal: child.signalCode, out, err: err.replace(/^Warning: max.*\n/gm, "") });
    });
    let text = "";
    child.stdout?.on("data", (chunk: string) => onText?.((text += chunk), child));
  });
}

/** The command as a user has it: the compiled `jepac`. */
export function jepac(args: readonly string[], setting?: Setting): Promise<Ended> {
  return script(main, args, setting);
}
