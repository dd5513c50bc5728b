import { describe, expect, it } from "vitest";
import { renderProfiles } from "../../bench/profile.ts";
import { curves, renderCurves } from "../../bench/scaling.ts";
import { antlerModels } from "../../bench/support/antler-models.mjs";
import { hasData, modelBatch } from "../../bench/support/data.mjs";
import { type Outcome, renderTable, summarize } from "../../bench/support/report.ts";
import { parseRow, rows, sizesOf } from "../../bench/support/rows.mjs";
import * as antler from "../../src/index.ts";

const sample = (seconds: number): Outcome["samples"][number] => ({
  seconds,
  best: seconds,
  count: 3,
  rssBytes: 2 ** 20,
});

describe("the benchmark's table", () => {
  const row = { key: "toy train b2", unit: "steps/s", higherIsBetter: true, value: (s: number) => 1 / s };
  const outcome = (contender: string, threads: number, seconds: number, check: number[] = []): Outcome => ({
    row: row.key,
    contender,
    threads,
    samples: [sample(seconds), sample(seconds * 3), sample(seconds * 2)],
    check,
  });

  it("has medians, ratios to Antler on as many threads, and gains over fewer", () => {
    const outcomes = [
      outcome("antler", 1, 0.1, [1, 2]),
      outcome("antler", 2, 0.05, [1, 2]),
      outcome("torch", 1, 0.3, [1.0001]),
      outcome("torch", 2, 0.1, [1]),
    ];
    const lines = summarize([row], outcomes, [1, 2]);
    expect(lines.map(({ value }) => value?.toFixed(3))).toEqual(["5.000", "10.000", "1.667", "5.000"]);
    expect(lines.map((line) => line.antlerFaster?.toFixed(2))).toEqual([
      undefined,
      undefined,
      "3.00",
      "2.00",
    ]);
    expect(lines.map(({ gain }) => gain?.toFixed(2))).toEqual([undefined, "2.00", undefined, "3.00"]);
    expect(lines.some(({ disagrees }) => disagrees)).toBe(false);
    const text = renderTable(lines, [1, 2]);
    expect(text).toContain("| toy train b2 | steps/s | 5.000 | 10.00 | 1.667 | 5.000 |");
    expect(text).toContain("## 2 threads");
  });

  it("marks results that differ", () => {
    const lines = summarize([row], [outcome("antler", 1, 1, [1]), outcome("torch", 1, 1, [1.01])], [1]);
    expect(lines.map(({ disagrees }) => disagrees)).toEqual([false, true]);
    expect(renderTable(lines, [1])).toContain("RESULTS DIFFER");
  });

  it("leaves out ratios where somebody did not run", () => {
    const broken = { ...outcome("antler", 1, 1), samples: [], note: "fails: out of luck" };
    const [own, other] = summarize([row], [broken, outcome("torch", 1, 1)], [1]);
    expect(own).toMatchObject({ value: null, note: "fails: out of luck" });
    expect(other?.antlerFaster).toBeNull();
  });
});

describe("the benchmark's models", () => {
  const models = antlerModels(antler);
  const trained = (key: string): boolean => !["gemm", "conv", "resnet50"].includes(parseRow(key).workload);
  const keys = rows.map(({ key }) => key).filter((key) => trained(key) && key.includes(" train "));
  const ofCurves = curves.map(({ row, sizes }) => row(sizes[0] ?? 1)).filter(trained);

  it.each([...new Set([...keys, ...ofCurves])])("%s trains", async (key) => {
    const { workload } = parseRow(key);
    const [model, compilation] = models.model(workload, sizesOf(key));
    model.compile(compilation);
    const [x, y] = models.batch(workload, sizesOf(key), model);
    const result = await model.trainOnBatch(x, y);
    expect(Number(Array.isArray(result) ? result[0] : result)).toBeGreaterThan(0);
  });

  it("start from the same weights, on the same batch, in every language", () => {
    expect(hasData("resnet")).toBe(true);
    expect(hasData("dense")).toBe(false);
    expect(modelBatch("mlp")["x"]?.values.slice(0, 3)).toEqual(modelBatch("mlp")["x"]?.values.slice(0, 3));
    const [[left], [right]] = [models.model("mlp"), models.model("mlp")];
    expect(left.getWeights().map((one) => one.dataSync())).toEqual(
      right.getWeights().map((one) => one.dataSync()),
    );
  });
});

describe("what else the benchmark prints", () => {
  it("shows a profile's kernels by share", () => {
    const kernel = { label: "matmul+add", shape: [2, 3], flops: 2e6, bytes: 4000, calls: 4 };
    const text = renderProfiles([
      {
        row: "toy train b2",
        threads: 2,
        steps: 2,
        elapsed: 12,
        kernels: [{ ...kernel, ms: 8, share: 1, gflops: 1, gigabytesPerSecond: 0.002 }],
      },
    ]);
    expect(text).toContain("6.000 ms a step, of which 4.000 ms in 1 different kernels");
    expect(text).toContain("| matmul+add | 2×3 | 2.000 | 2000 | 100.0 % | 1.0 | 4.000 | 0.0 |");
  });

  it("shows curves against their cheapest point", () => {
    const points = [
      { size: 1, seconds: 0.001, units: 1, compileMs: 5 },
      { size: 4, seconds: 0.002, units: 4, compileMs: 6 },
    ];
    const curve = { name: "batch", workload: "toy", per: "sample", points };
    expect(renderCurves([{ ...curve, threads: 1 }])).toContain("| 1 | 1.000 | 1,000,000 | 2.00× | 5 |");
    expect(renderCurves([{ ...curve, threads: null }])).toContain("| 4 | 2.000 | 0.50× |");
  });
});
