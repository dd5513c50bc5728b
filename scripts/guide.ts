// Writes docs/guides/functional-api.md: the explanations of guide-text.json around the code of the examples.
// With --check, only says whether the page is as it should be.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./support/command.ts";
import { renderGuide } from "./support/guide.ts";

const path = join(projectRoot, "docs/guides/functional-api.md");
const text = renderGuide();
if (process.argv.includes("--check")) {
  if (readFileSync(path, "utf8") !== text) {
    console.error("docs/guides/functional-api.md is out of date: run node scripts/guide.ts");
    process.exitCode = 1;
  }
} else writeFileSync(path, text);
