import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exceptions, floors } from "./support/floors.ts";
import {
  assertionLines,
  declaredNames,
  importsOf,
  maskSource,
  type ModuleImport,
} from "./support/source-text.ts";

const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "..");

interface SourceFile {
  /** Path below `src/`, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments and strings. */
  readonly code: string;
  readonly imports: readonly (ModuleImport & { readonly target: string | null })[];
}

function readSources(): readonly SourceFile[] {
  const root = join(projectRoot, "src");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.(?:test|test-d)\.ts$/.test(name))
    .toSorted()
    .map((name) => {
      const path = relative(root, join(root, name)).split(sep).join("/");
      const text = readFileSync(join(root, name), "utf8");
      const imports = importsOf(text).map((one) => ({
        ...one,
        target: one.specifier.startsWith(".") ? posix.join(posix.dirname(path), one.specifier) : null,
      }));
      return { path, text, code: maskSource(text), imports };
    });
}

const sources = readSources();
const byPath = new Map(sources.map((source) => [source.path, source]));

/** The folder directly under `src/`; empty for `src/index.ts`. */
const folderOf = (path: string): string => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "");

/** The floor a path stands on, lowest 0; files directly under `src/` stand on top. */
function floorOf(path: string): number {
  const folder = folderOf(path);
  return folder === "" ? floors.length : floors.findIndex((names) => names.includes(folder));
}

/** Why an import is not allowed, or null. */
function breach(from: string, to: string, kind: ModuleImport["kind"]): string | null {
  const [fromFolder, toFolder] = [folderOf(from), folderOf(to)];
  if (fromFolder === toFolder || floorOf(to) < floorOf(from)) return null;
  const excepted = exceptions.some(
    (one) =>
      one.from === fromFolder && one.to === toFolder && (one.dynamic === undefined || kind !== "value"),
  );
  if (excepted) return null;
  return floorOf(to) > floorOf(from) ? "imports upward" : "imports another folder of its floor";
}

/** All breaches as `file:line: reason`, so that one run shows everything there is to mend. */
function collect(
  check: (source: SourceFile) => readonly (readonly [line: number, reason: string])[],
): string[] {
  return sources.flatMap((source) =>
    check(source).map(([line, reason]) => `src/${source.path}:${line}: ${reason}`),
  );
}

/** `[line, text]` of the lines of masked code that match. */
function linesMatching(code: string, pattern: RegExp): [number, string][] {
  return code
    .split("\n")
    .map((line, i): [number, string] => [i + 1, line.trim()])
    .filter(([, line]) => pattern.test(line));
}

describe("architecture", () => {
  it("knows the floor of every folder", () => {
    expect(collect(({ path }) => (floorOf(path) === -1 ? [[1, "this folder is on no floor"]] : []))).toEqual(
      [],
    );
  });

  it("imports only downward, or from the own folder", () => {
    const breaches = collect(({ path, imports }) =>
      imports.flatMap(({ target, kind, line }): [number, string][] => {
        const reason = target === null ? null : breach(path, target, kind);
        return reason === null ? [] : [[line, `${reason}: ${target}`]];
      }),
    );
    expect(breaches).toEqual([]);
  });

  it("imports files that exist, by their full name", () => {
    const breaches = collect(({ imports }) =>
      imports.flatMap(({ target, specifier, line }): [number, string][] =>
        target === null || byPath.has(target) ? [] : [[line, `no such file: ${specifier}`]],
      ),
    );
    expect(breaches).toEqual([]);
  });

  it("has no import cycles", () => {
    expect(findCycles()).toEqual([]);
  });

  it("names every exception in docs/architecture.md, and has none that is unused", () => {
    const path = join(projectRoot, "docs/architecture.md");
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    const used = (from: string, to: string): boolean =>
      sources.some(
        (source) =>
          folderOf(source.path) === from &&
          source.imports.some(({ target }) => target !== null && folderOf(target) === to),
      );
    const problems = exceptions.flatMap(({ from, to }) => [
      ...(text.includes(`${from} → ${to}`) ? [] : [`docs/architecture.md does not name "${from} → ${to}"`]),
      ...(used(from, to) ? [] : [`no file uses the exception "${from} → ${to}"`]),
    ]);
    expect(problems).toEqual([]);
  });

  it("reaches Node and the page only through src/util/platform", () => {
    const names = "process|Buffer|window|document|navigator|localStorage|sessionStorage|performance|self";
    const global = new RegExp(
      `(?<![.\\w$#])(?:(?:${names})\\??\\.|new (?:Worker|XMLHttpRequest|SharedWorker)\\b|(?:fetch|require|alert)\\(|__dirname\\b|__filename\\b)`,
    );
    const breaches = collect((source) => {
      if (source.path.startsWith("util/platform/")) return [];
      const own = declaredNames(source.code);
      const globals = linesMatching(source.code, global).filter(([, line]) => {
        const word =
          /(?<![.\w$#])(?:new )?([\w$]+)/.exec(line.slice(global.exec(line)?.index ?? 0))?.[1] ?? "";
        return !own.has(word);
      });
      const nodeImports = source.imports
        .filter(({ specifier }) => specifier.startsWith("node:"))
        .map(({ line, specifier }): [number, string] => [line, specifier]);
      return [...globals, ...nodeImports];
    });
    expect(breaches).toEqual([]);
  });

  it("loads libraries only when they are used", () => {
    const breaches = collect(({ path, imports }) =>
      path.startsWith("cli/")
        ? []
        : imports
            .filter(
              ({ target, kind, specifier }) =>
                target === null && kind === "value" && !specifier.startsWith("node:"),
            )
            .map(({ line, specifier }): [number, string] => [
              line,
              `static import of ${specifier}; use import()`,
            ]),
    );
    expect(breaches).toEqual([]);
  });

  it("does nothing when a file is imported", () => {
    const allowed = new Set(
      "import export const let function class interface type declare abstract async".split(" "),
    );
    const breaches = collect(({ path, code }) =>
      // The program of the command line, the files that add methods or abilities (`sideEffects` in package.json), and the one
      // that has at hand what pages load on use.
      path === "cli/main.ts" ||
      /^(?:at-hand|ops\/(?:common-)?methods|models\/quantize-methods|util\/read-constructors)\.ts$/.test(path)
        ? []
        : linesMatching(code, /^/).flatMap(([line]): [number, string][] => {
            const text = code.split("\n")[line - 1] ?? "";
            const word = /^[A-Za-z_$][\w$]*/.exec(text)?.[0];
            return word === undefined || allowed.has(word)
              ? []
              : [[line, `statement with an effect: ${text.trim()}`]];
          }),
    );
    expect(breaches).toEqual([]);
  });

  it("gives a reason for every type assertion", () => {
    const breaches = collect(({ text, code }) => {
      const lines = text.split("\n");
      return (
        assertionLines(code)
          // The formatter moves a comment at the end of a statement behind its last line.
          .filter(
            (line) => !lines.slice(Math.max(0, line - 5), line + 5).some((one) => one.includes("SAFETY:")),
          )
          .map((line): [number, string] => [
            line,
            `\`as\` without // SAFETY: ${(lines[line - 1] ?? "").trim()}`,
          ])
      );
    });
    expect(breaches).toEqual([]);
  });

  it("keeps files to 400 lines, or says why not", () => {
    const breaches = collect(({ text }) => {
      const lines = text.trimEnd().split("\n");
      const reason = lines.slice(0, 5).some((line) => /(?:\/\/|\*) Size: \S/.test(line));
      return lines.length > 400 && !reason
        ? [[lines.length, `${lines.length} lines; split it or begin it with "// Size: <reason>"`]]
        : [];
    });
    expect(breaches).toEqual([]);
  });
});

/** Cycles among value imports, each as the path that closes. */
function findCycles(): readonly string[] {
  const state = new Map<string, "open" | "done">();
  const stack: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      cycles.push([...stack.slice(stack.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    stack.push(path);
    for (const { target, kind } of byPath.get(path)?.imports ?? []) {
      if (target !== null && kind === "value") visit(target);
    }
    stack.pop();
    state.set(path, "done");
  };
  for (const { path } of sources) visit(path);
  return cycles;
}
