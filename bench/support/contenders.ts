import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, runCommand } from "../../scripts/support/command.ts";
import { Contender } from "./contender.ts";
import { writeData } from "./data-files.ts";

const script = (name: string): string => join(projectRoot, "bench/contenders", name);
const dataFolder = join(projectRoot, ".cache/bench");

/** Builds the project unless its source is measured, and installs the rivals where they are asked for. */
export async function prepareLibraries(source: string, withRivals: boolean): Promise<void> {
  if (source.startsWith("dist")) {
    const { code } = await runCommand("node", ["scripts/build.ts"]);
    if (code !== 0) throw new Error("The build fails; --source measures src/ without it.");
  }
  if (!withRivals || existsSync(join(projectRoot, "bench/node_modules"))) return;
  console.log("Installing the libraries to compare with (bench/package.json)");
  const installed = await runCommand("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: join(projectRoot, "bench"),
  });
  if (installed.code !== 0) console.log("They could not be installed: Antler is measured alone");
}

/** A Python that has PyTorch, or null. */
async function findTorch(): Promise<string | null> {
  for (const python of [process.env["PYTHON"] ?? "python3", "/usr/bin/python3"]) {
    const { code } = await runCommand(python, ["-c", "import torch, numpy"], { quiet: true });
    if (code === 0) return python;
  }
  console.log(
    "PyTorch is left out: no python3 with torch and numpy (Debian: apt-get install python3-torch libopenblas0)",
  );
  return null;
}

/** Makes a contender: each time in a new process. */
export interface Entry {
  readonly name: string;
  readonly threads: number;
  /** Steps take so long that one is measured, once. */
  readonly isSlow: boolean;
  readonly start: () => Contender;
}

/** Antler alone. */
export function antlerEntry(threads: number, source: string): Entry {
  const start = (): Contender =>
    new Contender("antler", "node", [script("antler.mjs"), String(threads), source]);
  return { name: "antler", threads, isSlow: false, start };
}

/** All contenders; those that have threads once for each number of them. */
export async function allEntries(
  threads: readonly number[],
  source: string,
  slow: boolean,
): Promise<readonly Entry[]> {
  const python = await findTorch();
  if (python !== null) writeData(dataFolder);
  const node = (name: string, file: string, count: number, ...args: string[]): Entry => ({
    name,
    threads: count,
    isSlow: false,
    start: () => new Contender(name, "node", [script(file), ...args]),
  });
  return [
    ...threads.map((count) => antlerEntry(count, source)),
    node("tfjs-wasm", "tfjs.mjs", 1, "wasm"),
    node("tfjs-cpu", "tfjs.mjs", 1, "cpu"),
    node("jax-js", "jax-js.mjs", 1),
    ...(slow ? [{ ...node("jax-js (as written)", "jax-js.mjs", 1, "as-written"), isSlow: true }] : []),
    ...threads.map((count) => node("onnxruntime", "onnxruntime.mjs", count, String(count))),
    ...(python === null
      ? []
      : threads.map((count) => ({
          name: "torch",
          threads: count,
          isSlow: false,
          start: () => new Contender("torch", python, [script("pytorch.py"), String(count), dataFolder]),
        }))),
  ];
}
