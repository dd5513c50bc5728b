import type { Contender } from "./support/contender.ts";
import { antlerEntry } from "./support/contenders.ts";
import { markdownTable, median, show } from "./support/report.ts";

/** How a model's cost grows with one size, everything else fixed. */
interface Curve {
  readonly name: "batch" | "width" | "depth" | "sequence" | "threads";
  readonly workload: string;
  readonly sizes: readonly number[];
  /** The row of a size. */
  readonly row: (size: number) => string;
  /** What the cost is divided by: the work of a size, in this unit. */
  readonly per: string;
  readonly units: (size: number, parameters: number) => number;
}

const powers = (from: number, to: number): readonly number[] =>
  from > to ? [] : [from, ...powers(from * 2, to)];
const threaded = ["resnet train b64", "autoencoder train b64", "mlp train b64", "gemm 1024x1024x1024"];

/** All curves. */
export const curves: readonly Curve[] = [
  {
    name: "batch",
    workload: "dense, two layers of 64",
    sizes: powers(1, 512),
    row: (size) => `dense train b${size} w64 d2`,
    per: "sample",
    units: (size) => size,
  },
  {
    name: "batch",
    workload: "convolutions, four of 32 filters on 16×16",
    sizes: powers(1, 128),
    row: (size) => `convolution train b${size} w32 d4`,
    per: "sample",
    units: (size) => size,
  },
  {
    name: "width",
    workload: "dense, two layers, batch 64",
    sizes: powers(32, 1024),
    row: (size) => `dense train b64 w${size} d2`,
    per: "parameter",
    units: (_, parameters) => parameters,
  },
  {
    name: "width",
    workload: "convolutions, two on 16×16, batch 8",
    sizes: powers(8, 256),
    row: (size) => `convolution train b8 w${size} d2`,
    per: "parameter",
    units: (_, parameters) => parameters,
  },
  {
    name: "depth",
    workload: "dense, width 64, batch 64",
    sizes: powers(1, 128),
    row: (size) => `dense train b64 w64 d${size}`,
    per: "layer",
    units: (size) => size,
  },
  {
    name: "depth",
    workload: "convolutions, 32 filters on 16×16, batch 8",
    sizes: powers(1, 32),
    row: (size) => `convolution train b8 w32 d${size}`,
    per: "layer",
    units: (size) => size,
  },
  {
    name: "sequence",
    workload: "LSTM, 64 units, batch 32",
    sizes: powers(8, 512),
    row: (size) => `lstm train b32 w64 t${size}`,
    per: "step of the sequence",
    units: (size) => size,
  },
  {
    name: "sequence",
    workload: "attention, 4 heads of 16, batch 8",
    sizes: powers(16, 1024),
    row: (size) => `attention train b8 w64 t${size}`,
    per: "step of the sequence",
    units: (size) => size,
  },
  ...threaded.map((row): Curve => ({
    name: "threads",
    workload: row,
    sizes: [],
    row: () => row,
    per: "step",
    units: () => 1,
  })),
];

interface Point {
  readonly size: number;
  readonly seconds: number;
  readonly units: number;
  /** Milliseconds of building, tracing and compiling: of making ready, less its steps. */
  readonly compileMs: number;
}

/** A curve as measured. */
export interface MeasuredCurve {
  readonly name: string;
  readonly workload: string;
  readonly per: string;
  readonly threads: number | null;
  readonly points: readonly Point[];
}

interface Turn {
  readonly rounds: number;
  readonly seconds: number;
}

/** Steps that a contender does to make a row ready. */
const warmUpSteps = 3;

/** One point for each contender and row: rounds over all points, so that drift meets all of them. */
async function measurePoints(
  given: readonly { readonly contender: Contender; readonly row: string; readonly size: number }[],
  units: (size: number, parameters: number) => number,
  { rounds, seconds }: Turn,
): Promise<readonly Point[]> {
  const ready: { readonly parameters: number; readonly ms: number; readonly times: number[] }[] = [];
  for (const { contender, row } of given) {
    const { error, parameters = 0, firstStepsMs = 0 } = await contender.prepare(row);
    if (error !== undefined) throw new Error(`${row}: ${error}`);
    ready.push({ parameters, ms: firstStepsMs, times: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const [i, { contender, row }] of given.entries()) {
      const result = await contender.measure(row, seconds);
      if ("error" in result) throw new Error(`${row}: ${result.error}`);
      ready[i]?.times.push(result.seconds);
    }
  }
  return given.flatMap(({ size }, i) => {
    const { parameters = 0, ms = 0, times = [] } = ready[i] ?? {};
    const middle = median(times);
    if (middle === null) return [];
    const compileMs = Math.max(0, ms - warmUpSteps * middle * 1000);
    return [{ size, seconds: middle, units: units(size, parameters), compileMs }];
  });
}

/** Measures curves by name, on each number of threads. */
export async function measureCurves(
  names: readonly string[],
  threads: readonly number[],
  turn: Turn,
  source: string,
): Promise<MeasuredCurve[]> {
  const measured: MeasuredCurve[] = [];
  const contenders = new Map<number, Contender>();
  const contenderOn = async (count: number): Promise<Contender> => {
    const known = contenders.get(count);
    if (known !== undefined) return known;
    const contender = antlerEntry(count, source).start();
    contenders.set(count, contender);
    await contender.start();
    return contender;
  };
  try {
    for (const { name, workload, sizes, row, per, units } of curves) {
      if (!names.includes(name)) continue;
      console.log(`${name}: ${workload}`);
      if (name === "threads") {
        const given = [];
        for (const size of threads.length > 1 ? threads : [1, 2]) {
          given.push({ contender: await contenderOn(size), row: row(size), size });
        }
        const points = await measurePoints(given, units, turn);
        measured.push({ name, workload, per, threads: null, points });
        continue;
      }
      for (const count of threads) {
        const contender = await contenderOn(count);
        const given = sizes.map((size) => ({ contender, row: row(size), size }));
        const points = await measurePoints(given, units, turn);
        measured.push({ name, workload, per, threads: count, points });
      }
    }
  } finally {
    for (const contender of contenders.values()) contender.close();
  }
  return measured;
}

/** Curves as Markdown: cost of a step, cost of a unit of work, and that against the curve's cheapest. */
export function renderCurves(measured: readonly MeasuredCurve[]): string {
  return measured
    .map(({ name, workload, per, threads, points }) => {
      const costs = points.map(({ seconds, units }) => seconds / units);
      const least = Math.min(...costs);
      const isThreads = threads === null;
      const header = isThreads
        ? ["threads", "ms a step", "times as fast as the first"]
        : [name, "ms a step", `ns a ${per}`, "times the least", "ms to compile"];
      const body = points.map(({ size, seconds, compileMs }, i) => {
        const cost = costs[i] ?? 0;
        return isThreads
          ? [String(size), show(seconds * 1000), `${((points[0]?.seconds ?? 0) / seconds).toFixed(2)}×`]
          : [
              String(size),
              show(seconds * 1000),
              show(cost * 1e9),
              `${(cost / least).toFixed(2)}×`,
              compileMs.toFixed(0),
            ];
      });
      const on = isThreads ? "" : `, ${threads} thread${threads === 1 ? "" : "s"}`;
      return `## ${name}: ${workload}${on}\n\n${markdownTable(header, 0, body)}`;
    })
    .join("\n\n");
}
