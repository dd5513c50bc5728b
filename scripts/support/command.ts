import { spawn } from "node:child_process";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root folder. */
export const projectRoot: string = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Print nothing while it runs; the output is in the result. Default: false. */
  readonly quiet?: boolean;
  /** Milliseconds after which the command is ended and counts as failed. Default: none. */
  readonly timeoutMs?: number;
}

/** The environment of a command: the project's own tools, and its Node, come first on the path. */
export function toolEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  const bin = join(projectRoot, "node_modules", ".bin");
  environment["PATH"] = `${bin}${delimiter}${environment["PATH"] ?? ""}`;
  return environment;
}

/** Runs a program without a shell and without standard input; never throws for a failing program. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const started = performance.now();
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? projectRoot,
      env: { ...toolEnvironment(), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: "SIGKILL" }),
    });
    const chunks: Buffer[] = [];
    const take = (stream: NodeJS.WriteStream) => (chunk: Buffer) => {
      chunks.push(chunk);
      if (options.quiet !== true) stream.write(chunk);
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    const finish = (code: number, extra: string) =>
      done({
        code,
        output: Buffer.concat(chunks).toString("utf8") + extra,
        seconds: (performance.now() - started) / 1000,
      });
    child.on("error", (error) => finish(127, `\n${program}: ${error.message}`));
    child.on("close", (code, signal) =>
      finish(code ?? 1, signal === null ? "" : `\n${program}: ended by ${signal}`),
    );
  });
}
