import { existsSync, readFileSync, readdirSync } from "node:fs";

/**
 * Reads apt's lists of sources, in both forms they come in: one line an entry (`.list`) and deb822 (`.sources`).
 * @typedef {{ uris: string[], suites: string[], components: string[], options: [string, string][] }} AptSource
 */

/** Options worth keeping for another suite of the same mirror: how its signature is checked. */
const KEPT = ["signed-by", "trusted"];

/** @returns {AptSource[]} the enabled `deb` entries of this machine */
export function machineSources() {
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder) ? readdirSync(folder).sort().map((file) => `${folder}/${file}`) : [];
  return ["/etc/apt/sources.list", ...files]
    .filter((file) => existsSync(file) && /\.(list|sources)$/.test(file))
    .flatMap((file) => parseAptSources(readFileSync(file, "utf8"), file.endsWith(".sources")));
}

/** What /etc/os-release says of this machine, by name. */
export function osRelease() {
  const lines = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8").split("\n") : [];
  return Object.fromEntries(lines.map((line) => line.split("=")).map(([key, value]) => [key, value?.replaceAll('"', "")]));
}

/** Other suites of the mirror of a source, as a deb822 stanza. */
export function stanza(source, suites) {
  const lines = ["Types: deb", `URIs: ${source.uris.join(" ")}`, `Suites: ${suites.join(" ")}`, "Components: main"];
  for (const [key, value] of source.options) lines.push(`${key}: ${value}`);
  return `${lines.join("\n")}\n`;
}

/** @returns {AptSource[]} the enabled `deb` entries of one file */
export function parseAptSources(text, deb822) {
  return deb822 ? parseStanzas(text) : parseLines(text);
}

function parseLines(text) {
  const entries = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (!match) continue;
    const [, bracket = "", uri, suite, components] = match;
    const options = words(bracket).map((option) => option.split("="));
    entries.push({ uris: [uri], suites: [suite], components: words(components), options: keep(options) });
  }
  return entries;
}

function parseStanzas(text) {
  const entries = [];
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  for (const stanza of lines.join("\n").split(/\n\s*\n/)) {
    // A line that starts with a blank continues the field before it: an inline key is kept as it stands.
    const fields = [...stanza.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)].map((m) => [m[1], m[2].replace(/^[ \t]+/, "")]);
    const field = (name) => words(fields.find(([key]) => key.toLowerCase() === name)?.[1] ?? "");
    if (!field("types").includes("deb") || field("enabled")[0] === "no") continue;
    entries.push({ uris: field("uris"), suites: field("suites"), components: field("components"), options: keep(fields) });
  }
  return entries;
}

function keep(options) {
  return options
    .filter(([key]) => KEPT.includes(key.toLowerCase()))
    .map(([key, value]) => [key.toLowerCase() === "signed-by" ? "Signed-By" : "Trusted", value]);
}

function words(text) {
  return text.split(/\s+/).filter((word) => word !== "");
}
