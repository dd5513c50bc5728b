import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** How a program ended. */
export interface Ending {
  /** Lines it had written. */
  readonly lines: readonly string[];
  readonly wasKilled: boolean;
}

/** A TypeScript program that can be started quickly, and killed. */
export class Program {
  readonly folder: string;
  readonly #path: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#path = join(folder, "program.mjs");
  }

  /** Bundles a file beside this one into a temporary directory. */
  static async bundle(name: string): Promise<Program> {
    const program = new Program(mkdtempSync(join(tmpdir(), "antler-killed-")));
    const { outputFiles } = await build({
      entryPoints: [join(dirname(fileURLToPath(import.meta.url)), name)],
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node24",
      write: false,
      logLevel: "silent",
    });
    writeFileSync(program.#path, outputFiles[0]?.contents ?? "");
    return program;
  }

  /** A new directory for files of the program's. */
  directory(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /**
   * Runs the program.
   *
   * @param kill - `after`: the beginning of a line; when so many (`count`, default 1) such lines have come, the program
   *   has `delayMs` to live. Without it the program runs to its end.
   * @throws Error with what it wrote when it fails by itself.
   */
  run(
    args: readonly string[],
    kill?: { readonly after: string; readonly count?: number; readonly delayMs: number },
  ): Promise<Ending> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [this.#path, ...args], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, NODE_COMPILE_CACHE: join(this.folder, "cache") },
      });
      let [output, errors] = ["", ""];
      let isArmed = false;
      child.stderr.on("data", (part) => (errors += String(part)));
      child.stdout.on("data", (part) => {
        output += String(part);
        if (kill === undefined || isArmed) return;
        if (`\n${output}`.split(`\n${kill.after}`).length - 1 < (kill.count ?? 1)) return;
        isArmed = true;
        setTimeout(() => child.kill("SIGKILL"), kill.delayMs);
      });
      child.on("error", reject);
      child.on("close", (code, signal) => {
        const lines = output.split("\n").filter((line) => line !== "");
        if (signal === "SIGKILL" || code === 0) resolve({ lines, wasKilled: signal === "SIGKILL" });
        else reject(new Error(`the program ended with ${code ?? signal}:\n${errors}`));
      });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
