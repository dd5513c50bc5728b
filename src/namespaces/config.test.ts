import { afterEach, describe, expect, it } from "vitest";
import { ProgramBuilder } from "../ir/program.ts";
import { MultiHeadAttention } from "../layers/attention/multi-head-attention.ts";
import { GroupQueryAttention } from "../layers/attention/group-query-attention.ts";
import { wrap } from "../ops/core/lift.ts";
import { StateScope, withScope } from "../ops/core/scope.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { clearSession } from "../utils/session.ts";
import * as config from "./config.ts";

afterEach(() => {
  config.enableFlashAttention();
  config.setBackend("wasm");
});

describe("config.backend", () => {
  it("names the backend", () => {
    expect(config.backend()).toBe("wasm");
    config.setBackend("reference");
    expect(config.backend()).toBe("reference");
  });
});

/** Whether a layer works by tiles on so many positions. */
function usesTiles(layer: (query: Tensor, value: Tensor) => unknown, positions: number): boolean {
  const builder = new ProgramBuilder();
  const x = wrap(builder.input({ shape: [1, positions, 4], dtype: "float32" }));
  withScope(new StateScope(builder), () => layer(x, x));
  return builder.equations.some(({ primitive }) => primitive.name === "attention");
}

describe("config.disableFlashAttention", () => {
  it("is obeyed by layers made afterwards that are not told", () => {
    const before = MultiHeadAttention(2, 2);
    config.disableFlashAttention();
    expect(config.isFlashAttentionEnabled()).toBe(false);
    expect(usesTiles(before, 128)).toBe(true);
    expect(usesTiles(MultiHeadAttention(2, 2), 128)).toBe(false);
    expect(usesTiles(GroupQueryAttention(2, 4, 2), 128)).toBe(false);
    expect(usesTiles(MultiHeadAttention(2, 2, { flashAttention: true }), 8)).toBe(true);
    config.enableFlashAttention();
    expect(config.isFlashAttentionEnabled()).toBe(true);
    expect(usesTiles(MultiHeadAttention(2, 2), 128)).toBe(true);
    expect(usesTiles(MultiHeadAttention(2, 2), 8)).toBe(false);
  });

  it("ends with the session", () => {
    config.disableFlashAttention();
    clearSession();
    expect(config.isFlashAttentionEnabled()).toBe(true);
  });
});
