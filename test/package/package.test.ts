import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot, runCommand } from "../../scripts/support/command.ts";
import { bundleText, describeBrowser } from "../support/browser.ts";
import { installTarball, must, readManifest, type Consumer } from "../support/built.ts";
import { extractSnippets } from "../support/snippets.ts";

const readmePath = join(projectRoot, "README.md");
const snippets = existsSync(readmePath) ? extractSnippets(readFileSync(readmePath, "utf8")) : [];

let consumer: Consumer;

beforeAll(async () => {
  consumer = await installTarball();
});

afterAll(() => {
  consumer?.remove();
});

/** Programs named after their line in the README. */
const fileOf = (line: number): string => `readme-line-${line}.ts`;

describe("the packed tarball", () => {
  it("holds the built code, its declarations, README and LICENSE, and nothing else", () => {
    expect(consumer.files).toEqual(
      expect.arrayContaining(["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"]),
    );
    const odd = consumer.files.filter(
      (path) =>
        !/^(?:dist\/.*\.(?:js|d\.ts)|package\.json|README\.md|LICENSE)$/.test(path) || /\.test\./.test(path),
    );
    expect(odd).toEqual([]);
  });

  it("installs only the declared dependencies, none of which runs an install script", () => {
    const lock = JSON.parse(readFileSync(join(consumer.folder, "package-lock.json"), "utf8")) as {
      packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
    }; // SAFETY: the form of npm's lock file
    const withScripts = Object.entries(lock.packages).filter(([, one]) => one.hasInstallScript === true);
    expect(withScripts).toEqual([]);
    const required = Object.entries(lock.packages)
      .filter(([path, one]) => path !== "" && one.optional !== true)
      .map(([path]) => path.replace(/^.*node_modules\//, ""));
    const manifest = readManifest();
    expect(required.toSorted()).toEqual([...Object.keys(manifest.dependencies), manifest.name].toSorted());
  });

  it("declares its entry points as bundlers and TypeScript read them", async () => {
    await must("publint", [consumer.tarball, "--strict"], projectRoot);
    await must("attw", [consumer.tarball, "--profile", "esm-only", "--no-emoji"], projectRoot);
  });

  it("imports without an effect, under the documented names", async () => {
    const names = [
      ..."Input Model Sequential Layer Tensor KerasTensor Variable tensor setRandomSeed layers models ops".split(
        " ",
      ),
      ..."losses metrics optimizers initializers regularizers constraints activations callbacks datasets".split(
        " ",
      ),
      ..."applications utils saving random config".split(" "),
    ];
    const program = `
      const before = process.getActiveResourcesInfo().length;
      const names = Object.keys(await import("antler"));
      if (process.getActiveResourcesInfo().length > before + 1) throw new Error("importing left something open");
      const missing = ${JSON.stringify(names)}.filter((name) => !names.includes(name));
      if (missing.length > 0) throw new Error("missing: " + missing.join(", "));
    `;
    await must("node", ["--input-type=module", "--eval", program], consumer.folder);
  });
});

describe("README", () => {
  it("has code", () => {
    expect(snippets.length).toBeGreaterThan(0);
  });

  it("has code that type-checks against the package, strictly and without @types/node", async () => {
    const folder = join(consumer.folder, "types");
    mkdirSync(folder, { recursive: true });
    for (const { line, code } of snippets) writeFileSync(join(folder, fileOf(line)), `${code}\nexport {};\n`);
    const settings = (moduleResolution: "nodenext" | "bundler") => ({
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        target: "ES2024",
        module: moduleResolution === "nodenext" ? "nodenext" : "esnext",
        moduleResolution,
        moduleDetection: "force",
        lib: ["ESNext", "DOM", "DOM.Iterable"],
        types: [],
        skipLibCheck: false,
      },
      files: snippets.map(({ line }) => fileOf(line)),
    });
    for (const resolution of ["nodenext", "bundler"] as const) {
      const path = join(folder, `tsconfig.${resolution}.json`);
      writeFileSync(path, JSON.stringify(settings(resolution)));
      await must("tsc", ["-p", path], folder);
    }
  });

  for (const { line, code, skip } of snippets) {
    const title = `line ${line} runs in Node${skip === undefined ? "" : ` (skipped: ${skip})`}`;
    it.skipIf(skip !== undefined)(
      title,
      async () => {
        const path = join(consumer.folder, "snippets", fileOf(line));
        writeFileSync(path, code);
        const result = await runCommand("node", [path], {
          cwd: join(consumer.folder, "snippets"),
          quiet: true,
          timeoutMs: 280_000,
        });
        expect(result.output.length > 0 || result.code === 0 ? result.code : 1, result.output).toBe(0);
      },
      180_000,
    );
  }
});

describeBrowser("README in a page", (browser) => {
  for (const { line, code, skip, nodeOnly } of snippets) {
    const reason = skip ?? nodeOnly;
    it.skipIf(reason !== undefined)(
      `line ${line} runs in Chromium${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      async () => {
        const source = `${code}\nexport const run = async (): Promise<string> => "done";\n`;
        const bundle = await bundleText(source, { resolveFrom: consumer.folder });
        const { value } = await browser().run(bundle, { timeoutMs: 280_000 });
        expect(value).toBe("done");
      },
      180_000,
    );
  }

  it("bundles the whole package for a page", async () => {
    const source = `import * as antler from "antler"; export const run = async () => Object.keys(antler).length;`;
    const bundle = await bundleText(source, { resolveFrom: consumer.folder, minify: true });
    const { value } = await browser().run(bundle);
    expect(value).toBeGreaterThan(20);
  });
});

describe("examples", () => {
  it("import the package by its name", () => {
    const folder = join(projectRoot, "examples");
    const names = existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))
      : [];
    const wrong = names.filter((name) =>
      /from "(?:\.\.\/)+src\//.test(readFileSync(join(folder, name), "utf8")),
    );
    expect(wrong).toEqual([]);
  });
});
