import { diagnoseWith } from "./code.ts";
import { elaborateCodes } from "./codes/elaborate.ts";
import { limitCodes } from "./codes/limits.ts";
import { modelCodes } from "./codes/model.ts";
import { nameCodes } from "./codes/names.ts";
import { programCodes } from "./codes/program.ts";
import { sizeCodes } from "./codes/sizes.ts";
import { syntaxCodes } from "./codes/syntax.ts";
import { typeCodes } from "./codes/types.ts";

/** The one table of messages. JM00 syntax, JM01 program, JM02 sizes, JM03 types and names, JM04 models, JM05 elaboration, JM06 limits. */
export const codes = {
  ...syntaxCodes,
  ...programCodes,
  ...sizeCodes,
  ...nameCodes,
  ...typeCodes,
  ...modelCodes,
  ...elaborateCodes,
  ...limitCodes,
};

export type CodeId = keyof typeof codes;

/** `diagnose("JM0101", { path }, [{ span, text }])` */
export const diagnose = diagnoseWith(codes);
