// Compiles src/ to dist/: plain tsc output, one JavaScript file and one declaration per source file.
// The new folder replaces the old one only when it is complete.
import { chmodSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dropSamples, importJavaScript, markPure } from "./support/built-code.ts";
import { projectRoot, runCommand } from "./support/command.ts";

const target = join(projectRoot, "dist");
const fresh = join(projectRoot, `dist.${process.pid}.tmp`);
const old = `${target}.${process.pid}.old.tmp`;

function finish(name: string, code: string): string {
  const isPrimitive = /^ir[\\/]primitives[\\/]/.test(name);
  return markPure(isPrimitive ? dropSamples(code) : code);
}

async function build(): Promise<number> {
  const compiled = await runCommand("tsc", ["-p", "tsconfig.build.json", "--outDir", fresh]);
  if (compiled.code !== 0) return compiled.code;
  for (const name of readdirSync(fresh, { recursive: true, encoding: "utf8" })) {
    const path = join(fresh, name);
    if (name.endsWith(".d.ts")) writeFileSync(path, importJavaScript(readFileSync(path, "utf8")));
    else if (name.endsWith(".js")) writeFileSync(path, finish(name, readFileSync(path, "utf8")));
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
