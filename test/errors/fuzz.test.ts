import { expect, test } from "vitest";
import { checkProgram } from "../../compiler/check-program.ts";
import { elaborate } from "../../compiler/elaborate/model.ts";
import { models } from "../compiler/syntax/models.ts";
import { mutate, mutateWord, random } from "../compiler/syntax/mutate.ts";

const texts = new Map(models.map((source) => [source.path.replace(/^models\//, ""), source.text]));
const paths = [...texts.keys()];

/** Checks, and builds if there is nothing to say, a model of which one file was damaged; the number of messages. */
function compileDamaged(path: string, text: string): number {
  const main = path.startsWith("std/") ? "audio-jepa.jm" : path;
  const { diagnostics, program } = checkProgram(main, (asked) => (asked === path ? text : texts.get(asked)));
  if (program === undefined) return diagnostics.length;
  const result = elaborate(program, { preset: "tiny" });
  return diagnostics.length + ("failure" in result ? 1 : 0);
}

test.each([
  ["characters and lines", mutate],
  ["words and marks", mutateWord],
])("models with damaged %s give messages, never exceptions", (_, damage) => {
  const draw = random(5);
  let messages = 0;
  for (let i = 0; i < 80; i++) {
    const path = paths[Math.floor(draw() * paths.length)]!;
    const text = damage(texts.get(path)!, draw, [...texts.values()]);
    try {
      messages += compileDamaged(path, text);
    } catch (error) {
      throw new Error(`case ${i}, ${path}:\n${text}`, { cause: error });
    }
  }
  expect(messages).toBeGreaterThan(60);
});
