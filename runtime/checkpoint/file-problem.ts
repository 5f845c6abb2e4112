import { dirname } from "node:path";
import { UserError } from "../errors.ts";

/** Turns a failure of the file system into a message that names the path and what to do; other errors pass unchanged. */
export function fileProblem(error: unknown, action: "read" | "write", path: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new UserError("JR501", `no space left on the disk while writing '${path}'`, "free some space, then continue with --resume: earlier checkpoints are whole");
    case "EFBIG":
      return new UserError("JR502", `the file system does not allow a file as large as '${path}'`, "choose an --out on another file system, or raise the limit (ulimit -f)");
    case "ENOENT":
      if (action === "write") return new UserError("JR507", `'${path}' cannot be written: there is no folder '${dirname(path)}'`, "make the folder, or choose another path");
      return new UserError("JR503", `there is no '${path}'`, "check the path for a typing mistake");
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new UserError("JR504", `no permission to ${action} '${path}'`, "check the owner and mode of the file and its folder");
    case "EISDIR":
      return new UserError("JR505", `'${path}' is a folder; a file was expected`);
    case "ENOTDIR":
    case "EEXIST":
      return new UserError("JR506", `'${path}' needs a folder where there is a file`, "choose another path, or move the file away");
    default:
      return error;
  }
}
