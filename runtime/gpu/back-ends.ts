import { UserError } from "../errors.ts";
import { BACK_ENDS, type BackEnd } from "../plan/schema.ts";

/**
 * The back ends that the variable JEPAC_BACK_ENDS puts first, as in `tile,plain`: to work around a driver that gets one
 * wrong, and to run tests on all of them.
 * @throws UserError JR114 it names something else
 */
export function backEndsFromEnvironment(text: string | undefined = process.env["JEPAC_BACK_ENDS"]): BackEnd[] {
  const names = (text ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  const isBackEnd = (name: string): name is BackEnd => (BACK_ENDS as readonly string[]).includes(name);
  const wrong = names.find((name) => !isBackEnd(name));
  if (wrong !== undefined) throw new UserError("JR114", `JEPAC_BACK_ENDS names '${wrong}', which is no back end of matrix products`, `It is a list with commas of ${BACK_ENDS.join(", ")}; unset it for the usual choice.`);
  return names.filter(isBackEnd);
}
