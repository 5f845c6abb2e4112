import { GRID_INPUTS, WORKGROUP } from "../grid.ts";
import type { AttentionText } from "./attention-text.ts";

/** Lanes of a workgroup. */
const LANES = 128;
/** Fours of channels that one lane is to hold, of up to six rows at once in registers. */
const OWN = 4;
/** Every adapter with subgroups has at least so many lanes in one. */
const MOST_LANES = 4;
/** Fours in each of the two tiles in workgroup memory: 8 KiB together. */
const TILE = 256;
const MOST_KEYS = 64;
/** Keys of a turn of the innermost loop: their scores do not wait for each other. */
const KEYS = 2;

export interface TileShape {
  /** Lanes that share a row, each with every so manyth four of it. */
  readonly lanes: number;
  /** Fours that each of them has. */
  readonly own: number;
  /** Rows that a workgroup has in registers, and that pass by in workgroup memory. */
  readonly rows: number;
  readonly keys: number;
}

export function tileShape(fours: number): TileShape {
  const lanes = Math.min(MOST_LANES, 2 ** Math.max(0, Math.ceil(Math.log2(fours / OWN))));
  const own = Math.ceil(fours / lanes);
  const keys = Math.min(MOST_KEYS, Math.floor(TILE / (lanes * own) / KEYS) * KEYS);
  return { lanes, own, rows: LANES / lanes, keys };
}

/**
 * FlashAttention (Dao et al., 2022) for GPUs: queries stay in registers, one to four lanes each; keys and values pass
 * by in tiles of workgroup memory, which all lanes read at the same place. The softmax goes along (Milakov &
 * Gimelshein, 2018).
 */
export function tileForward(text: AttentionText): string {
  const tile = tileShape(text.fours);
  const keys = range(KEYS);
  const add = (key: number) => eachOwn(tile, (i) => `      total${i} = fma(vec4f(weight${key}), ${tileRow(tile, "tile_b", `j + ${key}u`, i)}, total${i});`);
  return `${declarations(tile)}${start(text, tile)}
${eachOwn(tile, (i) => `  let x${i} = ${ownRow(text, tile, "q", i)} * ${text.scale};`)}
${eachOwn(tile, (i) => `  var total${i} = vec4f();`)}
  var most = -1e30;
  var sum = 0.0;
  for (var first = 0u; first < ${text.tokens}; first += ${tile.keys}u) {
${fill(text, tile, "k", "v")}
    let count = min(${tile.keys}u, ${text.tokens} - first);
    for (var j = 0u; j < count; j += ${KEYS}u) {
${keys.map((key) => `${row(tile, `a${key}_`, "tile_a", `j + ${key}u`)}\n      let score${key} = select(-1e30, ${product(tile, "x", `a${key}_`)}, j + ${key}u < count);`).join("\n")}
      let high = max(score0, score1);
      if (high > most) {
        let shrink = exp(most - high);
        sum *= shrink;
${eachOwn(tile, (i) => `        total${i} *= shrink;`)}
        most = high;
      }
${keys.map((key) => `      let weight${key} = exp(score${key} - most);`).join("\n")}
      sum += weight0 + weight1;
${keys.map(add).join("\n")}
    }
  }
  if (row < ${text.tokens}) {
${storeOwn(text, tile, "o", (i) => `total${i} / sum`)}
    if (part == 0u) {
      ${text.storeSum("lse", "row", "most + log(sum)")}
    }
  }
}
`;
}

/**
 * All three derivatives by one workgroup, for the tokens it has: first as queries, while keys and values pass by, then
 * as keys and values, while queries pass by. Scores are computed twice; nothing is added up in memory.
 */
export function tileGradient(text: AttentionText): string {
  const tile = tileShape(text.fours);
  return `${declarations(tile)}var<workgroup> tile_sums: array<vec2f, ${tile.keys}>;
${start(text, tile)}
  {
${eachOwn(tile, (i) => `  let x${i} = ${ownRow(text, tile, "q", i)} * ${text.scale};\n  let y${i} = ${ownRow(text, tile, "ct", i)};\n  var dx${i} = vec4f();`)}
  var means = vec4f();
${eachOwn(tile, (i) => `  means = fma(y${i}, ${ownRow(text, tile, "o", i)}, means);`)}
  let mean = across(means);
  let lse = ${text.loadSum("lse", "own")};
  for (var first = 0u; first < ${text.tokens}; first += ${tile.keys}u) {
${fill(text, tile, "k", "v")}
${pairs(text, tile, { lse: "lse", mean: "mean" }, false)}
  }
  if (row < ${text.tokens}) {
${storeOwn(text, tile, "dq", (i) => `dx${i} * ${text.scale}`)}
  }
  }
${eachOwn(tile, (i) => `  let x${i} = ${ownRow(text, tile, "k", i)} * ${text.scale};\n  let y${i} = ${ownRow(text, tile, "v", i)};\n  var dx${i} = vec4f();\n  var dy${i} = vec4f();`)}
  for (var first = 0u; first < ${text.tokens}; first += ${tile.keys}u) {
${fill(text, tile, "q", "ct", passingSums(text, tile))}
${pairs(text, tile, { lse: "tile_sums[j].x", mean: "tile_sums[j].y" }, true)}
  }
  if (row < ${text.tokens}) {
${storeOwn(text, tile, "dk", (i) => `dx${i} * ${text.scale}`)}
${storeOwn(text, tile, "dv", (i) => `dy${i}`)}
  }
}
`;
}

/** What each pair of an own row (x, y) and one passing by (a, b) adds to the own row's derivatives. */
function pairs(text: AttentionText, tile: TileShape, sums: Readonly<Record<"lse" | "mean", string>>, both: boolean): string {
  const dy = eachOwn(tile, (i) => `      dy${i} = fma(vec4f(weight), b${i}, dy${i});`);
  return `    let count = min(${tile.keys}u, ${text.tokens} - first);
    for (var j = 0u; j < count; j++) {
${row(tile, "a", "tile_a", "j")}
${row(tile, "b", "tile_b", "j")}
      let weight = exp(${product(tile, "x", "a")} - ${sums.lse});
      let ds = weight * (${product(tile, "y", "b")} - ${sums.mean});
${eachOwn(tile, (i) => `      dx${i} = fma(vec4f(ds), a${i}, dx${i});`)}
${both ? `${dy}\n` : ""}    }`;
}

/** For each query that passes by: its log-sum, and the mean of its slopes, ct · o. */
function passingSums(text: AttentionText, tile: TileShape): string {
  return `    {
      let query = min(first + lane / ${tile.lanes}u, ${text.tokens} - 1u);
      var means = vec4f();
${eachOwn(tile, (i) => `      means = fma(${guarded(text, tile, i, text.load("ct", "query", four(tile, i)))}, ${guarded(text, tile, i, text.load("o", "query", four(tile, i)))}, means);`)}
      let mean = across(means);
      if (part == 0u && lane / ${tile.lanes}u < ${tile.keys}u) {
        tile_sums[lane / ${tile.lanes}u] = vec2f(${text.loadSum("lse", "query")}, mean);
      }
    }`;
}

function declarations(tile: TileShape): string {
  const size = tile.keys * tile.lanes * tile.own;
  const shuffles = range(Math.log2(tile.lanes)).map((i) => `  sum += subgroupShuffleXor(sum, ${2 ** i}u);\n`);
  return `var<workgroup> tile_a: array<vec4f, ${size}>;
var<workgroup> tile_b: array<vec4f, ${size}>;
// The sum over all lanes of a row, which are neighbours in a subgroup.
fn across(parts: vec4f) -> f32 {
  var sum = (parts.x + parts.y) + (parts.z + parts.w);
${shuffles.join("")}  return sum;
}
`;
}

function start(text: AttentionText, tile: TileShape): string {
  return `@compute @workgroup_size(${LANES})
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32) {
  let item = ${WORKGROUP};
  let bands = (${text.tokens} + ${tile.rows - 1}u) / ${tile.rows}u;
  let z = item / bands;
  if (z >= ${text.heads}) {
    return;
  }
  let part = lane % ${tile.lanes}u;
  let row = item % bands * ${tile.rows}u + lane / ${tile.lanes}u;
  let own = min(row, ${text.tokens} - 1u);
${text.bases}`;
}

/** The next rows of two tensors into workgroup memory; zeros past the end. */
function fill(text: AttentionText, tile: TileShape, a: string, b: string, alongside = ""): string {
  const width = tile.lanes * tile.own;
  return `    workgroupBarrier();
    for (var e = lane; e < ${tile.keys * width}u; e += ${LANES}u) {
      let token = first + e / ${width}u;
      let d = e % ${width}u;
      var a = vec4f();
      var b = vec4f();
      if (token < ${text.tokens} && d < ${text.fours}u) {
        a = ${text.load(a, "token", "d")};
        b = ${text.load(b, "token", "d")};
      }
      tile_a[e] = a;
      tile_b[e] = b;
    }
${alongside}${alongside === "" ? "" : "\n"}    workgroupBarrier();`;
}

/** A lane's part of a row that passes by. */
function row(tile: TileShape, name: string, from: string, key: string): string {
  return eachOwn(tile, (i) => `      let ${name}${i} = ${tileRow(tile, from, key, i)};`);
}

/** The product of two rows. */
function product(tile: TileShape, a: string, b: string): string {
  const parts = range(tile.own).reduce((sum, i) => (i === 0 ? `${a}0 * ${b}0` : `fma(${a}${i}, ${b}${i}, ${sum})`), "");
  return `across(${parts})`;
}

function tileRow(tile: TileShape, from: string, key: string, i: number): string {
  return `${from}[(${key}) * ${tile.lanes * tile.own}u + ${four(tile, i)}]`;
}

/** The number of a lane's `i`-th four among those of its row. */
function four(tile: TileShape, i: number): string {
  return tile.lanes === 1 ? `${i}u` : `${i * tile.lanes}u + part`;
}

function ownRow(text: AttentionText, tile: TileShape, name: string, i: number): string {
  return guarded(text, tile, i, text.load(name, "own", four(tile, i)));
}

/** Zero where lanes share a row unevenly and this one has no `i`-th four. */
function guarded(text: AttentionText, tile: TileShape, i: number, value: string): string {
  return uneven(text, tile, i) ? `select(vec4f(), ${value}, ${four(tile, i)} < ${text.fours}u)` : value;
}

function storeOwn(text: AttentionText, tile: TileShape, name: string, value: (i: number) => string): string {
  return eachOwn(tile, (i) => {
    const line = text.store(name, "row", four(tile, i), value(i));
    return uneven(text, tile, i) ? `    if (${four(tile, i)} < ${text.fours}u) {\n    ${line}\n    }` : `    ${line}`;
  });
}

function uneven(text: AttentionText, tile: TileShape, i: number): boolean {
  return (i + 1) * tile.lanes > text.fours;
}

function eachOwn(tile: TileShape, line: (i: number) => string): string {
  return range(tile.own).map(line).join("\n");
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
