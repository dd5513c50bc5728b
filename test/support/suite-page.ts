// Stands for vitest in test files that run in a page: the part of it that suites of values use.
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "vitest-expect";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import { getBackend } from "../../src/backend/index.ts";
import { applyMode } from "./modes.ts";

/** What became of test files in a page. */
export interface SuiteResult {
  readonly passed: number;
  readonly skipped: number;
  /** Names of tests that failed, with what they threw. */
  readonly failures: readonly string[];
  /** Runs of programs that used several threads. */
  readonly threadedRuns: number;
}

type Work = () => unknown;

interface Test {
  readonly name: string;
  readonly work: Work | null;
}

class Group {
  readonly name: string;
  readonly children: (Group | Test)[] = [];
  readonly hooks: Record<"beforeAll" | "afterAll" | "beforeEach" | "afterEach", Work[]> = {
    beforeAll: [],
    afterAll: [],
    beforeEach: [],
    afterEach: [],
  };

  constructor(name: string) {
    this.name = name;
  }
}

let current = new Group("");

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
export const expect: typeof chai.expect = chai.expect;

const hook =
  (kind: keyof Group["hooks"]) =>
  (work: Work): void => {
    current.hooks[kind].push(work);
  };
export const beforeAll: (work: Work) => void = hook("beforeAll");
export const afterAll: (work: Work) => void = hook("afterAll");
export const beforeEach: (work: Work) => void = hook("beforeEach");
export const afterEach: (work: Work) => void = hook("afterEach");

/** `%s` and `$key` in a name, replaced by a case's values. */
function nameOf(template: string, values: readonly unknown[]): string {
  let next = 0;
  const [first] = values;
  return template
    .replaceAll(/%[sdij]/g, () => String(values[next++]))
    .replaceAll(/\$(\w+)/g, (_, key: string) => String(Object(first)[key]));
}

type Each = (cases: readonly unknown[]) => (name: string, define: (...values: unknown[]) => unknown) => void;

function eachOf(add: (name: string, work: Work) => void): Each {
  return (cases) => (name, define) => {
    for (const one of cases) {
      const values: readonly unknown[] = Array.isArray(one) ? one : [one];
      add(nameOf(name, values), () => define(...values));
    }
  };
}

function addGroup(name: string, define: Work): void {
  const outer = current;
  current = new Group(name);
  outer.children.push(current);
  define();
  current = outer;
}

function addTest(name: string, work: Work): void {
  current.children.push({ name, work });
}

function addSkipped(name: string): void {
  current.children.push({ name, work: null });
}

export const describe: typeof addGroup & { readonly each: Each } = Object.assign(addGroup, {
  each: eachOf(addGroup),
});
export const it: typeof addTest & { readonly each: Each; readonly skip: typeof addSkipped } = Object.assign(
  addTest,
  { each: eachOf(addTest), skip: addSkipped },
);

/** Runs test files, each a function that loads it, in an engine's mode. */
export async function runSuites(
  files: readonly (() => Promise<unknown>)[],
  mode: string,
): Promise<SuiteResult> {
  applyMode(mode);
  const failures: string[] = [];
  let [passed, skipped] = [0, 0];
  const threadedRuns = new Map<WasmBackend, number>();
  const visit = async (node: Group | Test, above: readonly Group[]): Promise<void> => {
    const path = [...above.map(({ name }) => name), node.name].filter(Boolean).join(" > ");
    try {
      if (node instanceof Group) {
        for (const work of node.hooks.beforeAll) await work();
        for (const child of node.children) await visit(child, [...above, node]);
        for (const work of node.hooks.afterAll) await work();
      } else if (node.work === null) {
        skipped++;
      } else {
        for (const { hooks } of above) for (const work of hooks.beforeEach) await work();
        await node.work();
        for (const { hooks } of above) for (const work of hooks.afterEach) await work();
        passed++;
        const backend = getBackend();
        if (backend instanceof WasmBackend) threadedRuns.set(backend, backend.engine.threadedRuns);
        // Workers start while the page does nothing else.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } catch (error) {
      failures.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const load of files) {
    current = new Group("");
    const file = current;
    await load();
    await visit(file, []);
  }
  return { passed, skipped, failures, threadedRuns: [...threadedRuns.values()].reduce((a, b) => a + b, 0) };
}

/** The same in a worker, which loads this module's entry again. Only there may a page's code wait for threads. */
export function runInWorker(mode: string): Promise<SuiteResult> {
  return new Promise((done, fail) => {
    const worker = new Worker("/entry.js", { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      worker.terminate();
      if ("error" in data) fail(new Error(data.error));
      else done(data);
    });
    worker.addEventListener("error", ({ message }) => fail(new Error(message)));
    worker.postMessage(mode);
  });
}

/** Lets a worker answer {@link runInWorker}. */
export function serveSuites(files: readonly (() => Promise<unknown>)[]): void {
  if (typeof document !== "undefined") return;
  addEventListener("message", ({ data }) => {
    runSuites(files, data).then(postMessage, (error: unknown) => postMessage({ error: String(error) }));
  });
}
