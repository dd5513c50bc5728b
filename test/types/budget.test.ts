import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

/** How many type instantiations checking a file takes, with all it imports. */
function instantiations(file: string): number {
  const options = [
    ["--ignoreConfig", "--noEmit", "--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes"],
    ["--target", "es2024", "--module", "nodenext", "--lib", "esnext,dom", "--types", "node"],
    ["--allowImportingTsExtensions", "--skipLibCheck", "--extendedDiagnostics", "--pretty", "false"],
  ].flat();
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, `test/types/budget/${file}`], {
    cwd: root,
    encoding: "utf8",
  });
  // Errors elsewhere are for the type check of the whole project to report.
  expect(stdout).not.toMatch(/^test\/types\/.*: error/m);
  const count = /^Instantiations:\s+(\d+)/m.exec(stdout)?.[1];
  expect(count, stdout).toBeDefined();
  return Number(count);
}

// Instantiations are counted rather than seconds: the count does not depend on the machine.
describe("cost of shapes in types", () => {
  it("a graph as large as VGG19 adds at most 25,000 instantiations", () => {
    const graph = instantiations("vgg19.ts") - instantiations("empty.ts");
    expect(graph).toBeGreaterThan(1_000); // else nothing was measured
    expect(graph).toBeLessThan(25_000);
  });
});
