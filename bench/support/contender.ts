import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { KernelProfile } from "../../src/backend/index.ts";
import { toolEnvironment } from "../../scripts/support/command.ts";

/** What a contender answers to a measurement. */
export interface Measurement {
  /** Median of a step. */
  readonly seconds: number;
  readonly best: number;
  readonly count: number;
  readonly rssBytes: number;
  /** Of a first step: its loss, where all contenders have to agree on it. */
  readonly check?: readonly number[];
}

/** What a contender answers to a preparation. */
export interface Preparation {
  readonly check?: readonly number[];
  readonly firstStepsMs?: number;
  /** Of the row's model, where it has one. */
  readonly parameters?: number;
  readonly unsupported?: true;
  readonly error?: string;
}

/** Where the time of a row's steps goes; `kernels` are those of `config.profile`. */
export interface Profile {
  readonly kernels: readonly KernelProfile[];
  readonly steps: number;
  /** Milliseconds of all steps. */
  readonly elapsed: number;
}

/** A program that is measured, in a process of its own that waits between its turns. */
export class Contender {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #errors: string[] = [];

  constructor(
    name: string,
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.name = name;
    this.#child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...toolEnvironment(), ...env },
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => this.#errors.push(chunk.toString()));
    this.#child.on("error", (error) => this.#errors.push(error.message));
    if (this.#child.stdout === null) throw new Error(`${name}: no output`);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Its versions, once it is up; throws with its error output when it does not start. */
  async start(): Promise<Readonly<Record<string, string>>> {
    const { versions } = await this.#receive<{ versions: Record<string, string> }>();
    return versions;
  }

  prepare(row: string): Promise<Preparation> {
    return this.#ask({ do: "prepare", row });
  }

  measure(row: string, seconds: number): Promise<Measurement | { readonly error: string }> {
    return this.#ask({ do: "measure", row, seconds });
  }

  /** Makes a row ready and measures its very first step. */
  first(row: string): Promise<Measurement | { readonly error: string } | { readonly unsupported: true }> {
    return this.#ask({ do: "first", row });
  }

  profile(row: string, seconds: number): Promise<Profile | { readonly error: string }> {
    return this.#ask({ do: "profile", row, seconds });
  }

  close(): void {
    this.#child.stdin?.end();
    this.#child.kill();
  }

  async #ask<T>(request: object): Promise<T> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    return this.#receive<T>();
  }

  async #receive<T>(): Promise<T> {
    for (;;) {
      const next = await this.#lines.next();
      if (next.done === true) throw new Error(`${this.name} ended: ${this.#errors.join("").slice(-600)}`);
      if (next.value.startsWith("{")) return JSON.parse(next.value) as T; // SAFETY: written by support/serve.mjs
    }
  }
}
