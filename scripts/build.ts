// Compiles src/ to dist/: plain tsc output, one JavaScript file and one declaration per source file, from which bundlers
// take what a page uses; and in dist/node the same in a few files, which Node loads four times as fast.
// The new folder replaces the old one only when it is complete.
import { chmodSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "esbuild";
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
  await bundle({
    entryPoints: [join(fresh, "index.js"), join(fresh, "cli/main.js")],
    outbase: fresh,
    outdir: join(fresh, "node"),
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    // package.json's sideEffects name files of dist; here everything is wanted.
    ignoreAnnotations: true,
    // Names of classes stand in files and errors.
    keepNames: true,
    logLevel: "warning",
  });
  chmodSync(join(fresh, "node/cli/main.js"), 0o755);
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
