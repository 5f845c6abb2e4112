import { describe, expect, it } from "vitest";
import { modelCodes } from "../../../compiler/diagnostics/codes/model.ts";
import { nameCodes } from "../../../compiler/diagnostics/codes/names.ts";
import { sizeCodes } from "../../../compiler/diagnostics/codes/sizes.ts";
import { typeCodes } from "../../../compiler/diagnostics/codes/types.ts";
import { checkFragment } from "./check-fragment.ts";

const rows = Object.entries({ ...sizeCodes, ...nameCodes, ...typeCodes, ...modelCodes });

/** An example is a file, or lines of a model that has an encoder. */
function asFile(example: string): string {
  const imports = ["Linear", "SGD", "ema"]
    .filter((name) => new RegExp(`\\b${name}\\b`).test(example) || isFragment(example))
    .map((name) => `import { ${name} } from "std/${{ Linear: "layers", SGD: "optimizers", ema: "ema" }[name]}"`);
  const inModel = isFragment(example)
    ? `model M {\n  config batch = 2\n  config samples = 8\n  config depth = 2\n  net encoder = Linear(8, 8)\n${example}\n}`
    : example;
  return [...imports, inModel].join("\n");
}

function isFragment(example: string): boolean {
  return !/^(fn|module|model|optimizer|average|let)\b/.test(example);
}

describe("the page of every code", () => {
  it.each(rows)("%s: the wrong example gives it, the right one is right", (code, row) => {
    expect(checkFragment("wrong.jm", asFile(row.wrong)).map((d) => d.code)).toContain(code);
    const left = checkFragment("right.jm", asFile(row.right)).filter((d) => d.severity === "error");
    expect(left.map((d) => `${d.code} ${d.message}`)).toEqual([]);
  });
});
