import { UserError } from "@jepac/runtime";
import { style } from "./style.ts";

/** Runs a command; a failure becomes a message a person can act on and exit code 1, never a stack trace. */
export async function guarded(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UserError) {
      process.stderr.write(`${style.error(`error[${error.code}]`)}: ${error.message}\n`);
      if (error.hint !== undefined) process.stderr.write(`${style.help("hint")}: ${error.hint}\n`);
    } else {
      const text = error instanceof Error ? (process.env["JEPAC_DEBUG"] === undefined ? error.message : (error.stack ?? error.message)) : String(error);
      process.stderr.write(`${style.error("error")}: ${text}\n${style.help("hint")}: this is a fault of jepac, not of yours: please report it; JEPAC_DEBUG=1 shows where it arose\n`);
    }
  }
}
