// Compiles src/ to dist/: plain tsc output, one JavaScript file and one declaration per source file.
// The new folder replaces the old one only when it is complete.
import { chmodSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, runCommand } from "./support/command.ts";

const target = join(projectRoot, "dist");
const fresh = join(projectRoot, `dist.${process.pid}.tmp`);
const old = `${target}.${process.pid}.old.tmp`;

/** tsc rewrites the import extensions of the JavaScript, not those of the declarations. */
function importJavaScript(declarations: string): string {
  return declarations.replaceAll(/((?:from|import)\s*\(?\s*"\.{1,2}\/[^"]*)\.ts"/g, '$1.js"');
}

/**
 * Marks calls that only make a module's constant as free of effects, so that bundlers leave out what nobody uses.
 * Importing a file has no effect in this project (`test/architecture.test.ts`), so this is true of every such call.
 */
function markPure(code: string): string {
  return code.replaceAll(
    /^((?:export )?const [\w$]+ = )((?:new )?[A-Za-z_$][\w$.]*(?:<[^()]*>)?\()/gm,
    "$1/* @__PURE__ */ $2",
  );
}

async function build(): Promise<number> {
  const compiled = await runCommand("tsc", ["-p", "tsconfig.build.json", "--outDir", fresh]);
  if (compiled.code !== 0) return compiled.code;
  for (const name of readdirSync(fresh, { recursive: true, encoding: "utf8" })) {
    const path = join(fresh, name);
    if (name.endsWith(".d.ts")) writeFileSync(path, importJavaScript(readFileSync(path, "utf8")));
    else if (name.endsWith(".js")) writeFileSync(path, markPure(readFileSync(path, "utf8")));
  }
  const cli = join(fresh, "cli", "main.js");
  if (existsSync(cli)) chmodSync(cli, 0o755);
  if (existsSync(target)) renameSync(target, old);
  renameSync(fresh, target);
  return 0;
}

try {
  process.exitCode = await build();
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
}
