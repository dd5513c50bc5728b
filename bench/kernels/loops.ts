/**
 * Speed of generated loops: `npx node bench/kernels/loops.ts [threads]`. Time, memory traffic, time an element; the best of several runs.
 */
import { schedule } from "../../src/compiler/compile.ts";
import type { Item } from "../../src/compiler/kernel-ir/kernel-ir.ts";
import { ProgramBuilder, withBuilder, type Var } from "../../src/ir/program.ts";
import * as p from "../../src/ops/core/primitives/index.ts";
import { sizeOf } from "../../src/ir/shape.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import { setThreadCount } from "../../src/backend/wasm/threads/settings.ts";

setThreadCount(Number(process.argv[2] ?? 1));
const backend = new WasmBackend();
const repeats = 10;

/** Milliseconds of one item of a schedule: the best of several runs of some repetitions. */
function timeOf(run: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < 40; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, (performance.now() - start) / repeats);
  }
  return best;
}

function row(name: string, shapes: readonly (readonly number[])[], f: (...inputs: Var[]) => Var): void {
  const builder = new ProgramBuilder();
  const inputs = shapes.map((shape) => builder.stateInput({ shape, dtype: "float32" }));
  const result = withBuilder(builder, () => f(...inputs));
  const program = builder.finish([result]);
  const compiled = schedule(program);
  const state = program.state.map((value) =>
    backend.allocate(
      value,
      Float32Array.from({ length: sizeOf(value.shape) }, (_, i) => Math.sin(i)),
    ),
  );
  const repeated = (item: Item): Item => ({ kind: "repeat", count: repeats, body: [item] });
  const ms = compiled.items.reduce((sum, item) => {
    const one = { ...compiled, outputs: [], items: [repeated(item)] };
    const executable = backend.compileSchedule(one, 0, state.length);
    return sum + timeOf(() => executable.run([], state));
  }, 0);
  const bytes = 4 * (shapes.reduce((sum, shape) => sum + sizeOf(shape), 0) + sizeOf(result.shape));
  const elements = sizeOf(shapes[0] ?? []);
  const cells = [
    `${(ms * 1e3).toFixed(0)} µs`,
    `${(bytes / ms / 1e6).toFixed(1)} GB/s`,
    `${((ms * 1e6) / elements).toFixed(2)} ns`,
  ];
  console.log(name.padEnd(34) + cells.map((cell) => cell.padStart(12)).join(""));
}

const like = (x: Var, value: number): Var => p.fullLike(x, value);
/** A value for each row, along the rows of `x`. */
const alongRows = (value: Var, x: Var): Var => p.broadcast(value, x.shape, [0]);

function sum(...[a, b]: Var[]): Var {
  if (a === undefined || b === undefined) throw new RangeError("two inputs");
  return p.add(a, b);
}

console.log("kernel".padEnd(34) + ["time", "traffic", "element"].map((cell) => cell.padStart(12)).join(""));
row("a + b, 4 Ki", [[4096], [4096]], sum);
row("a + b, 256 Ki", [[1 << 18], [1 << 18]], sum);
row("a + b, 4 Mi", [[1 << 22], [1 << 22]], sum);
const unary: readonly (readonly [string, (x: Var) => Var])[] = [
  ["relu", (x) => p.select(p.gt(x, like(x, 0)), x, like(x, 0))],
  ["exp", p.exp],
  ["log", p.log],
  ["tanh", p.tanh],
  ["logistic", p.logistic],
  ["erf", p.erf],
  ["sin", p.sin],
];
for (const [name, f] of unary) row(`${name}, 64 Ki`, [[1 << 16]], (x) => f(x));
row("sum, 1 Mi", [[1 << 20]], (x) => p.reduceSum(x, [0]));
row("row sums, 512 × 512", [[512, 512]], (x) => p.reduceSum(x, [1]));
row("column sums, 512 × 512", [[512, 512]], (x) => p.reduceSum(x, [0]));
row("squares over images, 32 × 32² × 64", [[32, 32, 32, 64]], (x) => p.reduceSum(p.mul(x, x), [0, 1, 2]));
row("softmax, 256 × 1000", [[256, 1000]], (x) => {
  const e = p.exp(p.sub(x, alongRows(p.reduceMax(x, [1]), x)));
  return p.div(e, alongRows(p.reduceSum(e, [1]), x));
});
row("layer normalization, 256 × 512", [[256, 512]], (x) => {
  const d = p.sub(x, alongRows(p.scale(p.reduceSum(x, [1]), 1 / 512), x));
  return p.mul(d, alongRows(p.rsqrt(p.scale(p.reduceSum(p.mul(d, d), [1]), 1 / 512)), x));
});
row("transposition, 1024²", [[1024, 1024]], (x) => p.neg(p.transpose(x, [1, 0])));
row("channels first, 32 × 32² × 64", [[32, 32, 32, 64]], (x) => p.neg(p.transpose(x, [0, 3, 1, 2])));
row("bias, 4096 × 512", [[4096, 512], [512]], (x, b) => p.add(x, p.broadcast(b, x.shape, [1])));
row("padding, 32 × 30² × 64", [[32, 30, 30, 64]], (x) => p.neg(p.pad(x, 0, [0, 1, 1, 0], [0, 1, 1, 0])));
backend.engine.close();
