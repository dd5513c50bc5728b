import { accessSync, constants, existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";

const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of an installed Chromium: `CHROME_PATH`, else the first known name on the path; null where there is none. */
export function findBrowser(): string | null {
  const chosen = process.env["CHROME_PATH"];
  if (chosen !== undefined && existsSync(chosen)) return chosen;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable) ?? null;
}

/** Bundled files by name; the entry is `entry.js`. */
export type Bundle = ReadonlyMap<string, Uint8Array>;

export interface BundleOptions {
  /** Where bare imports are looked up. Default: the project, with `antler` standing for its source. */
  readonly resolveFrom?: string;
  readonly minify?: boolean;
}

/** Options for esbuild with which every bundle of the tests is made: ESM for a page, code split at `import()`. */
export function bundleSettings(options: BundleOptions = {}): BuildOptions {
  return {
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    splitting: true,
    write: false,
    outdir: "/",
    entryNames: "entry",
    chunkNames: "chunk-[hash]",
    minify: options.minify ?? false,
    logLevel: "silent",
    ...(options.resolveFrom === undefined ? { alias: { antler: join(projectRoot, "src/index.ts") } } : {}),
  };
}

/** Bundles the source text of a module as a page's author would. */
export async function bundleText(source: string, options: BundleOptions = {}): Promise<Bundle> {
  const result = await build({
    ...bundleSettings(options),
    stdin: { contents: source, loader: "ts", resolveDir: options.resolveFrom ?? projectRoot },
  });
  return new Map(
    (result.outputFiles ?? []).map(({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents]),
  );
}

const contentTypes: Readonly<Record<string, string>> = {
  js: "text/javascript",
  html: "text/html",
  wasm: "application/wasm",
  json: "application/json",
};

export interface PageOptions {
  /** Serve with COOP and COEP, so that SharedArrayBuffer exists. Default: false. */
  readonly isolated?: boolean;
  /** Further files, by path without a leading slash. */
  readonly files?: ReadonlyMap<string, Uint8Array | string>;
  /** JSON handed to `run`. */
  readonly argument?: unknown;
  /** Default: 60,000. */
  readonly timeoutMs?: number;
}

export interface PageResult {
  /** What `run` resolved to. */
  readonly value: unknown;
  /** Lines the page wrote to its console, errors first among them where it failed. */
  readonly console: readonly string[];
}

async function serve(files: ReadonlyMap<string, Uint8Array | string>, isolated: boolean): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname).slice(1);
    const body =
      path === "" ? "<!doctype html><title>test</title><link rel=icon href=data:,>" : files.get(path);
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const extension = path === "" ? "html" : path.slice(path.lastIndexOf(".") + 1);
    response.writeHead(200, {
      "content-type": contentTypes[extension] ?? "application/octet-stream",
      ...(isolated
        ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
        : {}),
    });
    response.end(body);
  });
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  return server;
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test server has no port");
  return `http://127.0.0.1:${address.port}`;
}

/** A running Chromium. */
export class BrowserHarness {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(executablePath: string): Promise<BrowserHarness> {
    return new BrowserHarness(await chromium.launch({ executablePath, headless: true, args: flags }));
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /**
   * Serves a bundle to a new page and calls its `export async function run(argument)`.
   *
   * @throws Error with the page's stack and console when `run` rejects or the page does not load.
   */
  run(bundle: Bundle, options: PageOptions = {}): Promise<PageResult> {
    return this.visit(bundle, options, (page) =>
      page.evaluate(
        `import("/entry.js").then((module) => module.run(${JSON.stringify(options.argument ?? null)}))`,
      ),
    );
  }

  /**
   * Serves a bundle to a new page and does something with the page: clicks, files, downloads.
   *
   * @throws Error with the page's stack and console when that fails.
   */
  async visit(
    bundle: Bundle,
    options: PageOptions,
    act: (page: Page) => Promise<unknown>,
  ): Promise<PageResult> {
    const server = await serve(new Map([...bundle, ...(options.files ?? [])]), options.isolated ?? false);
    const context = await this.#browser.newContext({ baseURL: originOf(server) });
    const page = await context.newPage();
    page.setDefaultTimeout(options.timeoutMs ?? 280_000);
    const lines: string[] = [];
    page.on("console", (message) => lines.push(message.text()));
    page.on("pageerror", (error) => lines.push(String(error.stack ?? error)));
    try {
      await page.goto("/");
      return { value: await act(page), console: lines };
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error([text, ...lines].join("\n"), { cause: error });
    } finally {
      await context.close();
      server.closeAllConnections();
      await new Promise<void>((closed) => {
        server.close(() => {
          closed();
        });
      });
    }
  }

  /** Bundles the text of a module that exports `run`, and runs it. */
  async runText(source: string, options: PageOptions & BundleOptions = {}): Promise<PageResult> {
    return this.run(await bundleText(source, options), options);
  }
}

/**
 * A `describe` with one Chromium for all of its tests; skipped, with the reason in its name, where none is installed.
 *
 * @param define - Takes a function that gives the browser inside tests.
 */
export function describeBrowser(name: string, define: (browser: () => BrowserHarness) => void): void {
  const executable = findBrowser();
  if (executable === null) {
    describe(name, () => {
      it.skip("skipped: no Chromium on the path and no CHROME_PATH", () => {});
    });
    return;
  }
  describe(name, () => {
    let harness: BrowserHarness | undefined;
    beforeAll(async () => {
      harness = await BrowserHarness.launch(executable);
    });
    afterAll(async () => {
      await harness?.close();
    });
    define(() => {
      if (harness === undefined) throw new Error("the browser is available only inside tests");
      return harness;
    });
  });
}
