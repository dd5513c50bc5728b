import { describe, expect, it } from "vitest";
import { schedule } from "../compiler/compile.ts";
import { gradients } from "../compiler/gradient/gradients.ts";
import type { DType } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import { ProgramBuilder, type Var, withBuilder } from "../ir/program.ts";
import type { Dims } from "../ir/shape.ts";
import { WasmBackend } from "../backend/wasm/backend.ts";
import { fromNumbers, toNumbers } from "../ir/numbers.ts";
import { OptionError } from "../util/errors.ts";
import { expectClose, tolerance } from "../../test/support/close.ts";
import { dotProductAttention } from "./attention.ts";
import { wrap } from "./core/lift.ts";

interface Case {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  readonly size: number;
  readonly mask?: Dims;
  readonly isCausal?: boolean;
  readonly scale?: number;
  readonly dtype?: DType;
}

/** A program of attention and its gradients at query, key and value. */
function traced(
  { batch, queries, keys, heads, size, mask, isCausal = false, scale, dtype = "float32" }: Case,
  flashAttention: boolean | null,
): ProgramBuilder & { readonly results: readonly Var[] } {
  const builder = new ProgramBuilder();
  const ofQueries = { shape: [batch, queries, heads, size], dtype };
  const ofKeys = { shape: [batch, keys, heads, size], dtype };
  const [q, k, v, g] = [ofQueries, ofKeys, ofKeys, ofQueries].map((aval) => builder.input(aval));
  const seen = mask === undefined ? null : builder.input({ shape: mask, dtype: "bool" });
  if (!q || !k || !v || !g) throw new Error("four inputs");
  const results = withBuilder(builder, () => {
    const options = {
      mask: seen === null ? null : wrap(seen),
      isCausal,
      scale: scale ?? null,
      flashAttention,
    };
    const y = dotProductAttention(wrap(q), wrap(k), wrap(v), options).traced;
    const found = gradients(builder, [y], [g], [q, k, v]);
    return [y, ...found.map((value, i) => value ?? p.zerosLike([q, k, v][i] ?? q))];
  });
  return Object.assign(builder, { results });
}

/** What a case gives, by tiles or not. */
function run(given: Case, flashAttention: boolean): number[][] {
  const builder = traced(given, flashAttention);
  const program = builder.finish(builder.results);
  const inputs = program.inputs.map(({ shape, dtype }, i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    // Every fifth query sees nothing.
    const keys = shape.at(-1) ?? 1;
    const number = (j: number): number =>
      dtype === "bool" ? Number(Math.floor(j / keys) % 5 !== 2 && j % 3 > 0) : Math.sin(j * (i + 1) * 0.7);
    return fromNumbers(
      Array.from({ length: count }, (_, j) => number(j)),
      dtype,
    );
  });
  const results = new WasmBackend().compile(program).run(inputs, []);
  return results.map((x, i) => Array.from(toNumbers(x, program.outputs[i]?.dtype ?? "float32")));
}

const sizes = { batch: 2, queries: 37, keys: 70, heads: 3, size: 6 };
const cases: Readonly<Record<string, Case>> = {
  plain: sizes,
  causal: { ...sizes, queries: 140, isCausal: true },
  "with a mask for each key": { ...sizes, mask: [2, 1, 1, 70] },
  "with a mask of lower rank, some queries blind": { ...sizes, mask: [37, 70] },
  "causal, with a mask for each head": { ...sizes, keys: 37, mask: [2, 3, 37, 37], isCausal: true },
  "of one head": { ...sizes, batch: 1, queries: 200, keys: 300, heads: 1, size: 9 },
  "with weights of every magnitude, down to 0": { ...sizes, scale: 25, isCausal: true },
  "of float16": { ...sizes, dtype: "float16" },
  "of bfloat16": { ...sizes, dtype: "bfloat16" },
};

describe("attention by tiles gives what the plain form gives", () => {
  it.each(Object.entries(cases))("%s", (name, given) => {
    const [plain, tiled] = [false, true].map((flash) => run(given, flash));
    const within = tolerance(given.dtype ?? "float32", "grad");
    tiled?.forEach((values, i) => expectClose(values, plain?.[i] ?? [], within, `${name}, result ${i}`));
  });
});

describe("memory of attention", () => {
  const arenaOf = (queries: number, flashAttention: boolean | null): number => {
    const builder = traced(
      { batch: 1, queries, keys: queries, heads: 8, size: 64, isCausal: true },
      flashAttention,
    );
    return schedule(builder.finish(builder.results)).arenaBytes;
  };

  it("grows with the length, forward and backward", () => {
    const array = 2048 * 8 * 64 * 4;
    // The result, three gradients, and two statistics.
    expect(arenaOf(2048, null)).toBeLessThan(4.2 * array);
    expect(arenaOf(4096, null) / arenaOf(2048, null)).toBeLessThan(2.05);
    expect(arenaOf(2048, false)).toBeGreaterThan(50 * array);
  });

  it("is not asked of what tiles cannot do", () => {
    const x = [[[[1, 2]]]];
    expect(() => dotProductAttention(x, x, x, { bias: [[[[1]]]], flashAttention: true })).toThrow(
      OptionError,
    );
    expect(() => dotProductAttention(x, x, x, { attnLogitsSoftCap: 2, flashAttention: true })).toThrow(
      /soft cap/,
    );
  });
});
