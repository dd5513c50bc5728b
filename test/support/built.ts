import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot, runCommand } from "../../scripts/support/command.ts";

/** Runs a command and throws its output when it fails. */
export async function must(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await runCommand(program, args, { cwd, quiet: true });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/** Builds `dist/` unless the runner of all suites has just done so. */
export async function ensureBuilt(): Promise<void> {
  if (process.env["ANTLER_BUILT"] === "1" && existsSync(join(projectRoot, "dist/index.js"))) return;
  await must("node", ["scripts/build.ts"], projectRoot);
}

/** An empty project outside the repository into which the packed tarball was installed. */
export interface Consumer {
  readonly folder: string;
  readonly tarball: string;
  /** Paths in the tarball, below `package/`. */
  readonly files: readonly string[];
  readonly remove: () => void;
}

/** Packs the project and installs the tarball into an empty project. */
export async function installTarball(): Promise<Consumer> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), "antler-consumer-"));
  const packed = await must("npm", ["pack", "--json", "--silent", "--pack-destination", folder], projectRoot);
  // SAFETY: the form of `npm pack --json`; npm may print warnings before it. npm 11 prints a list, npm 12 an object by name.
  const report = JSON.parse(packed.slice(packed.search(/^[[{]/m))) as
    | readonly PackReport[]
    | Readonly<Record<string, PackReport>>;
  const one = Object.values(report)[0];
  if (one === undefined) throw new Error(`npm pack reported nothing: ${packed}`);
  mkdirSync(join(folder, "snippets"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module", version: "1.0.0" }),
  );
  const tarball = join(folder, one.filename);
  await must(
    "npm",
    ["install", tarball, "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"],
    folder,
  );
  return {
    folder,
    tarball,
    files: one.files.map(({ path }) => path),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface PackReport {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** The project's package.json. */
export function readManifest(): {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
} {
  // SAFETY: the file is the project's own.
  return JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
    name: string;
    dependencies: Record<string, string>;
  };
}
