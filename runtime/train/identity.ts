import { createHash } from "node:crypto";
import type { DataIdentity } from "../checkpoint/info.ts";
import type { ClipSource } from "../data/clip-source.ts";

/** How many clips there are, and a hash of their names in order. */
export function sourceIdentity(source: Pick<ClipSource, "count" | "name">): DataIdentity {
  const hash = createHash("sha256");
  for (let i = 0; i < source.count; i++) hash.update(`${source.name(i)}\n`);
  return { clips: source.count, digest: hash.digest("hex").slice(0, 16) };
}
