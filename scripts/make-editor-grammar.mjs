#!/usr/bin/env node
// Writes editor/jm.tmLanguage.json from the language's tokens, as built in dist.
import { writeFileSync } from "node:fs";
import { textmateGrammar } from "../dist/compiler/syntax/textmate.js";

const file = new URL("../editor/jm.tmLanguage.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(textmateGrammar(), undefined, 2)}\n`);
