import { nodeModule } from "./node.ts";

/** An environment variable; `undefined` in a browser, or where it is unset or empty. */
export function environmentVariable(name: string): string | undefined {
  const value = nodeModule("node:process")?.env[name];
  return value === "" ? undefined : value;
}

/** The user's home directory; `undefined` in a browser. */
export function homeDirectory(): string | undefined {
  return nodeModule("node:os")?.homedir();
}

/** The system's directory for temporary files; `undefined` in a browser. */
export function temporaryDirectory(): string | undefined {
  return nodeModule("node:os")?.tmpdir();
}

/** Milliseconds on a clock that only goes forward. */
export function nowMs(): number {
  return globalThis.performance.now();
}

/** Milliseconds since 1970, by the wall clock. */
export function wallClockMs(): number {
  return Date.now();
}

/** Where progress and tables are written. */
export interface Terminal {
  /** Writes text as it is, with no line break added. */
  write(text: string): void;
  /** True where carriage returns and colours are understood. */
  readonly isTty: boolean;
  /** Width in characters. */
  readonly columns: number;
}

/** Standard output under Node; elsewhere the console, which takes whole lines. */
export function terminal(): Terminal {
  const stdout = nodeModule("node:process")?.stdout;
  if (stdout !== undefined) {
    return {
      write: (text) => void stdout.write(text),
      isTty: stdout.isTTY === true,
      columns: stdout.columns ?? 80,
    };
  }
  return consoleTerminal;
}

let pending = "";

const consoleTerminal: Terminal = {
  write(text) {
    const lines = (pending + text).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) globalThis.console.log(line);
  },
  isTty: false,
  columns: 80,
};
