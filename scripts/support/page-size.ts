import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { build } from "esbuild";
import { projectRoot } from "./command.ts";

/** The program of a page that trains a small model: what it loads at once is what such a page pays. */
const program = `
  import { Input, Model, layers } from "antler";
  const inputs = Input({ shape: [4] });
  const model = Model({ inputs, outputs: layers.Dense(1)(inputs) });
  model.compile({ optimizer: "rmsprop", loss: "mse" });
  globalThis.train = (x, y) => model.fit(x, y);
  globalThis.predict = (x) => model.predict(x);
`;

/** What a page loads at once, and what it loads when a function is used. */
export interface PageSize {
  /** The entry and the chunks that it imports statically, minified. */
  readonly initial: readonly { readonly name: string; readonly contents: Uint8Array }[];
  /** Source files in them, with their share of bytes, largest first. */
  readonly inputs: readonly { readonly path: string; readonly bytes: number }[];
  readonly gzipBytes: number;
  /** Source files that are loaded later, on use. */
  readonly deferredInputs: readonly string[];
}

/** Bundles the page's program, minified and split at dynamic imports, and measures what loads at once. */
export async function measurePage(): Promise<PageSize> {
  const result = await build({
    stdin: { contents: program, loader: "js", resolveDir: projectRoot },
    alias: { antler: join(projectRoot, "src/index.ts") },
    absWorkingDir: projectRoot,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: "out",
    entryNames: "entry",
    chunkNames: "chunk-[hash]",
    legalComments: "none",
    logLevel: "silent",
  });
  const outputs = result.metafile.outputs;
  const entry = Object.keys(outputs).find((path) => path.endsWith("entry.js"));
  if (entry === undefined) throw new Error("the bundle has no entry");
  const initialPaths = new Set<string>();
  const visit = (path: string): void => {
    if (initialPaths.has(path)) return;
    initialPaths.add(path);
    for (const one of outputs[path]?.imports ?? []) {
      if (one.kind === "import-statement" && one.external !== true) visit(one.path);
    }
  };
  visit(entry);
  const contentsOf = new Map(
    result.outputFiles.map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]),
  );
  const initial = [...initialPaths].map((path) => {
    const name = path.replace(/^.*\//, "");
    return { name, contents: contentsOf.get(name) ?? new Uint8Array() };
  });
  const shares = new Map<string, number>();
  const deferred = new Set<string>();
  for (const [path, output] of Object.entries(outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (!initialPaths.has(path)) deferred.add(input);
      else if (bytesInOutput > 0) shares.set(input, (shares.get(input) ?? 0) + bytesInOutput);
    }
  }
  return {
    initial,
    inputs: [...shares].map(([path, bytes]) => ({ path, bytes })).toSorted((a, b) => b.bytes - a.bytes),
    gzipBytes: initial.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
    deferredInputs: [...deferred].filter((path) => !shares.has(path)).toSorted(),
  };
}
