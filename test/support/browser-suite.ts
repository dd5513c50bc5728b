import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Bundle } from "./browser.ts";
import { bundleSettings } from "./browser.ts";
import { goldenPath } from "./golden.ts";

const here = dirname(fileURLToPath(import.meta.url));
const projectRoot = resolve(here, "../..");

/** What test files import and a page lacks: vitest, files, paths. */
const replacements: Readonly<Record<string, string>> = {
  vitest: join(here, "suite-page.ts"),
  "node:fs": join(here, "page-files.ts"),
  "node:path": join(here, "page-files.ts"),
  "node:url": join(here, "page-files.ts"),
};

const pageModules: Plugin = {
  name: "page-modules",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^(vitest|node:(fs|path|url))$/ }, ({ path }) => ({
      path: replacements[path] ?? path,
    }));
    // The matchers that vitest itself brings.
    onResolve({ filter: /^vitest-expect$/ }, () => {
      const ofVitest = createRequire(createRequire(import.meta.url).resolve("vitest/package.json"));
      return { path: join(dirname(ofVitest.resolve("@vitest/expect")), "index.js") };
    });
  },
};

/**
 * Bundles test files of the project for a page: its `run({ mode, inWorker })` runs them there as vitest would, in an
 * engine's mode, on the page's main thread or in a worker, and answers with a `SuiteResult`. Files that tests read
 * have to be served: {@link suiteFiles}.
 *
 * @param files - Paths from the project's root.
 */
export async function bundleSuites(files: readonly string[]): Promise<Bundle> {
  const imports = files.map((file) => `() => import(${JSON.stringify(join(projectRoot, file))})`);
  const { outputFiles = [] } = await build({
    ...bundleSettings(),
    define: { "process.env": "{}" },
    inject: [join(here, "page-buffer.ts")],
    plugins: [pageModules],
    stdin: {
      contents: `
        import { runSuites, runInWorker, serveSuites } from ${JSON.stringify(join(here, "suite-page.ts"))};
        const files = [${imports.join(", ")}];
        serveSuites(files);
        export const run = ({ mode, inWorker }) => (inWorker ? runInWorker(mode) : runSuites(files, mode));
      `,
      loader: "ts",
      resolveDir: projectRoot,
    },
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]));
}

/** The files of the corpus and the fixtures that suites may read, under the paths where a page finds them. */
export function suiteFiles(): ReadonlyMap<string, Uint8Array | string> {
  const files = new Map<string, Uint8Array | string>();
  const add = (folder: string, path: string): void => {
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      if (name.endsWith(".json")) files.set(`${path}/${name}`, readFileSync(join(folder, name)));
    }
  };
  for (const folder of ["", "layers", "ops"]) add(goldenPath(folder), join("shared/golden", folder));
  add(join(projectRoot, "test/fixtures"), "fixtures");
  files.set("files.json", JSON.stringify([...files.keys()]));
  return files;
}
