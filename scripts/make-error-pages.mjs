#!/usr/bin/env node
// Writes docs/errors from the table of messages, as built in dist; pages of codes that are gone go too.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { errorPages } from "../dist/compiler/diagnostics/pages.js";

const folder = new URL("../docs/errors/", import.meta.url);
const pages = errorPages();
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(new URL(name, folder));
for (const [name, text] of pages) writeFileSync(new URL(name, folder), text);
