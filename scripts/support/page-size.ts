import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { build, type Rolldown } from "vite";
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
  readonly initial: readonly { readonly name: string; readonly contents: string }[];
  /** Source files in them, with their bytes before minification, largest first. */
  readonly inputs: readonly { readonly path: string; readonly bytes: number }[];
  readonly gzipBytes: number;
  /** Source files that are loaded later, on use. */
  readonly deferredInputs: readonly string[];
}

const entry = "virtual:page";

/** Bundles the page's program with Vite, from `dist/`, as for production, and measures what loads at once. */
export async function measurePage(): Promise<PageSize> {
  const built = await build({
    root: projectRoot,
    configFile: false,
    logLevel: "error",
    resolve: { alias: { antler: join(projectRoot, "dist/index.js") } },
    build: { write: false, target: "es2024", modulePreload: false, rollupOptions: { input: entry } },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? program : null),
      },
    ],
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (bundle === undefined || !("output" in bundle)) throw new Error("vite gave no bundle");
  const chunks = new Map<string, Rolldown.OutputChunk>();
  for (const one of bundle.output) if (one.type === "chunk") chunks.set(one.fileName, one);
  const initialNames = new Set<string>();
  const visit = (name: string): void => {
    if (initialNames.has(name)) return;
    initialNames.add(name);
    for (const next of chunks.get(name)?.imports ?? []) visit(next);
  };
  for (const { fileName, isEntry } of chunks.values()) if (isEntry) visit(fileName);
  const pathOf = (id: string): string => id.replace(`${projectRoot}/`, "");
  const partsOf = (names: Iterable<string>): { path: string; bytes: number }[] =>
    [...names].flatMap((name) =>
      Object.entries(chunks.get(name)?.modules ?? {})
        .map(([id, { renderedLength }]) => ({ path: pathOf(id), bytes: renderedLength }))
        .filter(({ bytes }) => bytes > 0),
    );
  const initial = [...initialNames].map((name) => ({ name, contents: chunks.get(name)?.code ?? "" }));
  const inputs = partsOf(initialNames).toSorted((a, b) => b.bytes - a.bytes);
  const atOnce = new Set(inputs.map(({ path }) => path));
  return {
    initial,
    inputs,
    gzipBytes: initial.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
    deferredInputs: partsOf([...chunks.keys()].filter((name) => !initialNames.has(name)))
      .map(({ path }) => path)
      .filter((path) => !atOnce.has(path))
      .toSorted(),
  };
}
