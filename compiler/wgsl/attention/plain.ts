import { GRID_INPUTS, WORKGROUP } from "../grid.ts";
import type { AttentionText } from "./attention-text.ts";

export const PLAIN_LANES = 64;

/** One lane for each query of each head: needs nothing, and the others are checked against it. */
export function plainForward(text: AttentionText): string {
  return `${plainStart(text)}
  var q: array<vec4f, ${text.fours}>;
  var total: array<vec4f, ${text.fours}>;
  ${each(text, `q[d] = ${text.load("q", "own", "d")} * ${text.scale};`)}
  var most = -1e30;
  var sum = 0.0;
  for (var key = 0u; key < ${text.tokens}; key++) {
    var score = 0.0;
    ${each(text, `score += dot(q[d], ${text.load("k", "key", "d")});`)}
    let before = most;
    most = max(before, score);
    let shrink = exp(before - most);
    let weight = exp(score - most);
    sum = sum * shrink + weight;
    ${each(text, `total[d] = total[d] * shrink + weight * ${text.load("v", "key", "d")};`)}
  }
  ${each(text, text.store("o", "own", "d", "total[d] / sum"))}
  ${text.storeSum("lse", "own", "most + log(sum)")}
}
`;
}

/** One lane for each token of each head: first as the query it asks, then as the key and value it is. */
export function plainGradient(text: AttentionText): string {
  const { tokens, scale } = text;
  return `${plainStart(text)}
  var a: array<vec4f, ${text.fours}>;
  var b: array<vec4f, ${text.fours}>;
  var da: array<vec4f, ${text.fours}>;
  var db: array<vec4f, ${text.fours}>;
  ${each(text, `a[d] = ${text.load("q", "own", "d")} * ${scale}; b[d] = ${text.load("ct", "own", "d")};`)}
  var mean = 0.0;
  ${each(text, `mean += dot(b[d], ${text.load("o", "own", "d")});`)}
  for (var key = 0u; key < ${tokens}; key++) {
    var score = 0.0;
    var slope = 0.0;
    ${each(text, `score += dot(a[d], ${text.load("k", "key", "d")}); slope += dot(b[d], ${text.load("v", "key", "d")});`)}
    let ds = exp(score - ${text.loadSum("lse", "own")}) * (slope - mean);
    ${each(text, `da[d] += ds * ${text.load("k", "key", "d")};`)}
  }
  ${each(text, text.store("dq", "own", "d", `da[d] * ${scale}`))}
  ${each(text, `a[d] = ${text.load("k", "own", "d")} * ${scale}; b[d] = ${text.load("v", "own", "d")}; da[d] = vec4f();`)}
  for (var query = 0u; query < ${tokens}; query++) {
    var score = 0.0;
    var slope = 0.0;
    ${each(text, `let ct = ${text.load("ct", "query", "d")}; score += dot(a[d], ${text.load("q", "query", "d")}); slope += dot(ct, b[d] - ${text.load("o", "query", "d")});`)}
    let weight = exp(score - ${text.loadSum("lse", "query")});
    let ds = weight * slope;
    ${each(text, `da[d] += ds * ${text.load("q", "query", "d")}; db[d] += weight * ${text.load("ct", "query", "d")};`)}
  }
  ${each(text, `${text.store("dk", "own", "d", `da[d] * ${scale}`)} ${text.store("dv", "own", "d", "db[d]")}`)}
}
`;
}

function plainStart({ tokens, heads, bases }: AttentionText): string {
  return `@compute @workgroup_size(${PLAIN_LANES})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
  let item = (${WORKGROUP}) * ${PLAIN_LANES}u + lane;
  let own = item % ${tokens};
  let z = item / ${tokens};
  if (z >= ${heads}) {
    return;
  }
${bases}`;
}

function each(text: AttentionText, statements: string): string {
  return `for (var d = 0u; d < ${text.turns}; d++) { ${statements} }`;
}
