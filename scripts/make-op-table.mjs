#!/usr/bin/env node
// Writes docs/operations.md from the table of operations, as built in dist.
import { writeFileSync } from "node:fs";
import { operationsPage } from "../dist/compiler/ops/document.js";

writeFileSync(new URL("../docs/operations.md", import.meta.url), operationsPage());
