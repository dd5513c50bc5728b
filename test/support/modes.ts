import { setDefaultOptions, type WasmOptions } from "../../src/backend/wasm/options.ts";
import { setThreadCount } from "../../src/backend/wasm/threads/settings.ts";

/** The ways in which the engine can compute the same, part by part; the first of each is what it does by itself. */
const parts = {
  threads: { "all-threads": null, "1-thread": 1, "2-threads": 2 },
  simd: { "relaxed-simd": true, "plain-simd": false },
  winograd: {
    winograd: "estimated",
    "winograd-never": "never",
    "winograd-2": 2,
    "winograd-4": 4,
  },
} as const;

/** A few modes that meet every value of every part. */
export const fewModes: readonly string[] = [
  "1-thread,plain-simd,winograd-never",
  "1-thread,relaxed-simd,winograd-2",
  "2-threads,relaxed-simd,winograd-4",
  "2-threads,plain-simd,winograd",
];

/** Every combination of threads, fused multiply-add and Winograd's algorithm. */
export const allModes: readonly string[] = ["1-thread", "2-threads"].flatMap((threads) =>
  Object.keys(parts.simd).flatMap((simd) =>
    Object.keys(parts.winograd).map((winograd) => [threads, simd, winograd].join(",")),
  ),
);

/** What must hold in every mode, and the part of it that is quick. */
export const modeSuites: Readonly<Record<"quick" | "all", readonly string[]>> = {
  quick: [
    "test/primitives/conformance.test.ts",
    "test/primitives/compositions.test.ts",
    "src/backend/wasm/random-programs.test.ts",
    "test/golden/ops-gradients.test.ts",
    ...["convolutional", "pooling", "rnn", "normalization", "attention"].map(
      (family) => `test/golden/layers/${family}.test.ts`,
    ),
  ],
  all: [
    "test/primitives",
    "src/backend/wasm/random-programs.test.ts",
    "test/golden/ops.test.ts",
    "test/golden/ops-gradients.test.ts",
    "test/golden/layers",
    "test/golden/losses.test.ts",
    "test/golden/optimizers.test.ts",
    "test/golden/training.test.ts",
    "test/training",
    "test/browser/suites.test.ts",
  ],
};

function read<T>(values: Readonly<Record<string, T>>, chosen: readonly string[]): T | undefined {
  const name = Object.keys(values).find((key) => chosen.includes(key));
  return name === undefined ? undefined : values[name];
}

/**
 * What a mode asks of the engine: parts joined by commas, in any order; what is not named stays as it is by itself.
 *
 * @throws {Error} when a part is unknown.
 */
export function readMode(mode: string): { readonly threads: number | null; readonly options: WasmOptions } {
  const chosen = mode.split(",").map((part) => part.trim());
  const known = Object.values(parts).flatMap((values) => Object.keys(values));
  const unknown = chosen.filter((part) => !known.includes(part));
  if (unknown.length > 0) {
    throw new Error(`Unknown mode: ${unknown.join(", ")}. Expected some of ${known.join(", ")}.`);
  }
  const threads = read<number | null>(parts.threads, chosen) ?? null;
  const relaxedSimd = read<boolean>(parts.simd, chosen);
  return {
    threads,
    options: {
      winograd: read<NonNullable<WasmOptions["winograd"]>>(parts.winograd, chosen) ?? "estimated",
      // Where the engine lacks relaxed SIMD it is not asked for: the mode is then the plain one.
      ...(relaxedSimd === false ? { relaxedSimd } : {}),
      // Tests are small: by itself the engine would run them on one thread.
      shareAll: threads !== null && threads > 1,
    },
  };
}

/** Lets backends that are made from now on work in a mode. */
export function applyMode(mode: string): void {
  const { threads, options } = readMode(mode);
  setThreadCount(threads);
  setDefaultOptions(options);
}
