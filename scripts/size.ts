// Prints what a page pays for a small trained model, and holds it to the ceiling in .size-limit.json.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, runCommand } from "./support/command.ts";
import { measurePage } from "./support/page-size.ts";

const built = await runCommand("node", ["scripts/build.ts"]);
if (built.code !== 0) process.exit(built.code);
const page = await measurePage();
const folder = join(projectRoot, ".cache/page");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
page.initial.forEach(({ contents }, i) => writeFileSync(join(folder, `${i}.js`), contents));

console.log("Largest files in what loads at once (bytes before minification):");
for (const { path, bytes } of page.inputs.slice(0, 25)) console.log(`${String(bytes).padStart(8)}  ${path}`);
console.log(`${(page.gzipBytes / 1000).toFixed(1)} kB gzipped in ${page.initial.length} files`);

process.exitCode = (await runCommand("size-limit", [])).code;
