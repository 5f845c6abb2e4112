import { GRID_INPUTS, WORKGROUP } from "../grid.ts";
import type { AttentionText } from "./attention-text.ts";

/** Lanes of a subgroup; a workgroup is one. */
export const SUBGROUP = 8;
/** Rows that a lane has. */
const BANDS = 2;
export const SUBGROUP_ROWS = BANDS * SUBGROUP;
/** Rows of the other side that pass by together. */
const PASSING = 8;

/**
 * For processors that play GPU: one subgroup a workgroup and no workgroup memory. For scores a lane is two rows; rows
 * that pass by are read one a lane and broadcast. For sums of rows a lane is some of the channels, and the weights
 * are broadcast; they move up from turn to turn, which keeps the text short, as translating it takes its time.
 */
export function subgroupForward(text: AttentionText): string {
  const fours = laneFours(text);
  return `${start(text)}
${perBand((band) => `  var most${band} = -1e30;\n  var sum${band} = 0.0;`)}
${totals("o", fours)}
  for (var first = 0u; first < ${text.tokens}; first += ${PASSING}u) {
${perPair((band, i) => `    var s${band}_${i} = 0.0;`)}
    let passing = min(first + lane, ${text.tokens} - 1u);
    for (var d = 0u; d < ${text.turns}; d++) {
${perBand((band) => `      let q${band} = ${text.load("q", `own${band}`, "d")};`)}
      let k = ${text.load("k", "passing", "d")};
${products("s", "q", "k")}
    }
${perPair((band, i) => `    s${band}_${i} = select(-1e30, s${band}_${i} * ${text.scale}, first + ${i}u < ${text.tokens});`)}
${perBand((band) => softmax(band))}
${perRow((row) => `    {\n      let shrink = ${fromRow("shrink", row)};\n${range(fours).map((j) => `      o${row}_${j} *= shrink;`).join("\n")}\n    }`)}
${passRows(text, [{ sum: "o", weight: "s", of: "v" }])}
  }
${perBand((band) => `  let share${band} = 1.0 / sum${band};`)}
${perRow((row) => range(fours).map((j) => `  o${row}_${j} *= ${fromRow("share", row)};`).join("\n"))}
${storeRows(text, ["o"])}
${perBand((band) => `  if (start + ${band * SUBGROUP}u + lane < ${text.tokens}) {\n    ${text.storeSum("lse", `own${band}`, `most${band} + log(sum${band})`)}\n  }`)}
}
`;
}

/** First the rows are queries, and keys and values pass by; then they are keys and values, and queries pass by. */
export function subgroupGradient(text: AttentionText): string {
  const fours = laneFours(text);
  return `${start(text)}
  {
${totals("dq", fours)}
${perBand((band) => `  var mean${band} = 0.0;`)}
  for (var d = 0u; d < ${text.turns}; d++) {
${perBand((band) => `    mean${band} += dot(${text.load("ct", `own${band}`, "d")}, ${text.load("o", `own${band}`, "d")});`)}
  }
${perBand((band) => `  let lse${band} = ${text.loadSum("lse", `own${band}`)};`)}
  for (var first = 0u; first < ${text.tokens}; first += ${PASSING}u) {
${perPair((band, i) => `    var s${band}_${i} = 0.0;\n    var t${band}_${i} = 0.0;`)}
    let passing = min(first + lane, ${text.tokens} - 1u);
    for (var d = 0u; d < ${text.turns}; d++) {
${perBand((band) => `      let q${band} = ${text.load("q", `own${band}`, "d")};\n      let ct${band} = ${text.load("ct", `own${band}`, "d")};`)}
      let k = ${text.load("k", "passing", "d")};
      let v = ${text.load("v", "passing", "d")};
${products("s", "q", "k")}
${products("t", "ct", "v")}
    }
${perPair((band, i) => `    s${band}_${i} = exp(s${band}_${i} * ${text.scale} - lse${band}) * (t${band}_${i} - mean${band}) * ${text.scale};`)}
${passRows(text, [{ sum: "dq", weight: "s", of: "k" }])}
  }
${storeRows(text, ["dq"])}
  }
${totals("dk", fours)}
${totals("dv", fours)}
  for (var first = 0u; first < ${text.tokens}; first += ${PASSING}u) {
${perPair((band, i) => `    var s${band}_${i} = 0.0;\n    var t${band}_${i} = 0.0;`)}
    let passing = min(first + lane, ${text.tokens} - 1u);
    var mean = 0.0;
    for (var d = 0u; d < ${text.turns}; d++) {
${perBand((band) => `      let k${band} = ${text.load("k", `own${band}`, "d")};\n      let v${band} = ${text.load("v", `own${band}`, "d")};`)}
      let q = ${text.load("q", "passing", "d")};
      let ct = ${text.load("ct", "passing", "d")};
      mean += dot(ct, ${text.load("o", "passing", "d")});
${products("s", "k", "q")}
${products("t", "v", "ct")}
    }
    let lse = ${text.loadSum("lse", "passing")};
${perPair((band, i) => `    s${band}_${i} = exp(s${band}_${i} * ${text.scale} - subgroupBroadcast(lse, ${i}u));\n    t${band}_${i} = s${band}_${i} * (t${band}_${i} - subgroupBroadcast(mean, ${i}u)) * ${text.scale};`)}
${passRows(text, [{ sum: "dv", weight: "s", of: "ct" }, { sum: "dk", weight: "t", of: "q" }])}
  }
${storeRows(text, ["dk", "dv"])}
}
`;
}

/** Fours of channels that a lane has of each row. */
function laneFours(text: AttentionText): number {
  return Math.ceil(text.fours / SUBGROUP);
}

function start(text: AttentionText): string {
  return `@compute @workgroup_size(${SUBGROUP})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
  let item = ${WORKGROUP};
  let bands = (${text.tokens} + ${SUBGROUP_ROWS - 1}u) / ${SUBGROUP_ROWS}u;
  let z = item / bands;
  if (z >= ${text.heads}) {
    return;
  }
  let start = item % bands * ${SUBGROUP_ROWS}u;
${text.bases}
${perBand((band) => `  let own${band} = min(start + ${band * SUBGROUP}u + lane, ${text.tokens} - 1u);`)}
${range(laneFours(text)).map((j) => `  let four${j} = min(lane + ${j * SUBGROUP}u, ${text.fours - 1}u);`).join("\n")}`;
}

/** The softmax goes along: what was summed before shrinks when a larger score comes. */
function softmax(band: number): string {
  const scores = range(PASSING).map((i) => `s${band}_${i}`);
  return `    let high${band} = max(most${band}, ${scores.reduce((a, b) => `max(${a}, ${b})`)});
    let shrink${band} = exp(most${band} - high${band});
    most${band} = high${band};
${scores.map((s) => `    ${s} = exp(${s} - high${band});`).join("\n")}
    sum${band} = sum${band} * shrink${band} + ${scores.join(" + ")};`;
}

/** Adds the products of the bands' rows, one a lane, with those that pass by. */
function products(sum: string, own: string, passing: string): string {
  return range(PASSING)
    .map((i) => `      {\n        let other = subgroupBroadcast(${passing}, ${i}u);\n${perBand((band) => `        ${sum}${band}_${i} += dot(${own}${band}, other);`)}\n      }`)
    .join("\n");
}

/** Adds the rows that pass by, weighted, to the sums of the own rows. */
function passRows(text: AttentionText, all: readonly { readonly sum: string; readonly weight: string; readonly of: string }[]): string {
  const fours = laneFours(text);
  const one = ({ sum, weight, of }: (typeof all)[number]) => `${range(fours).map((j) => `      let ${of}_${j} = ${text.load(of, "token", `four${j}`)};`).join("\n")}
${perRow((row) => `      {\n        let weight = vec4f(${fromRow(`${weight}`, row, "_0")});\n${range(fours).map((j) => `        ${sum}${row}_${j} = fma(weight, ${of}_${j}, ${sum}${row}_${j});`).join("\n")}\n      }`)}
${perBand((band) => range(PASSING - 1).map((i) => `      ${weight}${band}_${i} = ${weight}${band}_${i + 1};`).join("\n"))}`;
  return `    let end = min(first + ${PASSING}u, ${text.tokens});
    for (var token = first; token < end; token++) {
${all.map(one).join("\n")}
    }`;
}

/** Results move up by one row from turn to turn. */
function storeRows(text: AttentionText, names: readonly string[]): string {
  const fours = range(laneFours(text));
  const write = names.flatMap((name) =>
    fours.map((j) => `    if (lane + ${j * SUBGROUP}u < ${text.fours}u) {\n      ${text.store(name, "row", `four${j}`, `${name}0_${j}`)}\n    }`),
  );
  const moves = names.flatMap((name) => range(SUBGROUP_ROWS - 1).flatMap((row) => fours.map((j) => `    ${name}${row}_${j} = ${name}${row + 1}_${j};`)));
  return `  let ${names[0]!}_end = min(start + ${SUBGROUP_ROWS}u, ${text.tokens});
  for (var row = start; row < ${names[0]!}_end; row++) {
${[...write, ...moves].join("\n")}
  }`;
}

function totals(name: string, fours: number): string {
  return perRow((row) => range(fours).map((j) => `  var ${name}${row}_${j} = vec4f();`).join("\n"));
}

/** What the lane of a row has. */
function fromRow(name: string, row: number, suffix = ""): string {
  return `subgroupBroadcast(${name}${Math.floor(row / SUBGROUP)}${suffix}, ${row % SUBGROUP}u)`;
}

function perRow(line: (row: number) => string): string {
  return range(SUBGROUP_ROWS).map(line).join("\n");
}

function perBand(line: (band: number) => string): string {
  return range(BANDS).map(line).join("\n");
}

function perPair(line: (band: number, passing: number) => string): string {
  return perBand((band) => range(PASSING).map((i) => line(band, i)).join("\n"));
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
