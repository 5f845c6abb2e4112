import type { Command } from "commander";
import { UserError } from "@jepac/runtime";
import { codes, type CodeId } from "../../compiler/diagnostics/codes.ts";
import { nearest } from "../../compiler/diagnostics/suggest.ts";
import { style } from "../style.ts";

export function addExplain(program: Command): void {
  program
    .command("explain")
    .argument("<code>", "the code of a message, e.g. JM0203")
    .description("explain an error message, with a wrong and a right program")
    .action((code: string) => {
      const id = code.toUpperCase();
      if (!isCode(id)) {
        const close = nearest(id, Object.keys(codes));
        throw new UserError("JC010", `there is no message ${code}`, close === undefined ? "the compiler's messages have codes like JM0203; those of the runtime say all there is" : `did you mean ${close}?`);
      }
      const row = codes[id];
      const indent = (text: string): string => text.split("\n").map((line) => `  ${line}`).join("\n");
      process.stdout.write(
        `${style.strong(`${id}: ${row.title}`)}\n\n${row.explain}\n\n${style.error("wrong")}\n${indent(row.wrong)}\n\n${style.help("right")}\n${indent(row.right)}\n`,
      );
    });
}

function isCode(id: string): id is CodeId {
  return Object.hasOwn(codes, id);
}
