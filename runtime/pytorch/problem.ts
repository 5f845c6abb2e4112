import { UserError } from "../errors.ts";

/** The file is cut off, or its bytes contradict each other. */
export function damaged(path: string, what: string): UserError {
  return new UserError("JR801", `'${path}' is not a whole PyTorch checkpoint: ${what}`, "Copy or download the file again.");
}

/** The file is whole, but of a kind that is not read. */
export function unsupported(path: string, what: string, hint?: string): UserError {
  return new UserError("JR802", `'${path}' ${what}`, hint);
}
