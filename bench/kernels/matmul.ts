/**
 * Speed of the product kernel on one thread: `npx node bench/kernels/matmul.ts [MxNxK…]`. Medians after warm-up, in GFLOP/s.
 */
import type { MatmulDescriptor } from "../../src/compiler/kernel-ir/structured.ts";
import { emitMatmul } from "../../src/backend/wasm/kernels/index.ts";
import { defaultOptions, harness } from "../../test/support/kernel-harness.ts";
import { measure } from "./measure.ts";

type Layout = "NN" | "NT" | "TN" | "TT";

function describe(m: number, n: number, k: number, layout: Layout, batch = 1): MatmulDescriptor {
  return {
    kind: "matmul",
    dtype: "float32",
    batch: batch === 1 ? [] : [{ size: batch, a: m * k, b: k * n, c: m * n }],
    m,
    n,
    k,
    a: layout[0] === "N" ? { row: k, column: 1 } : { row: 1, column: m },
    b: layout[1] === "N" ? { row: n, column: 1 } : { row: 1, column: k },
    c: { row: n },
    accumulate: false,
  };
}

const shapes: readonly (readonly [number, number, number, number])[] = [
  [512, 512, 512, 1],
  [1024, 1024, 1024, 1],
  [64, 64, 784, 1],
  [784, 64, 64, 1],
  [64, 64, 64, 1],
  [64, 10, 64, 1],
  [64, 64, 10, 1],
  [32, 512, 128, 1],
  [1, 64, 784, 1],
  [1, 512, 512, 1],
  [4, 512, 512, 1],
  [3200, 512, 64, 1],
  [100, 100, 32, 64],
  [256, 1, 512, 1],
];
const wanted = process.argv.slice(2).map((text) => text.split("x").map(Number));
for (const [m = 1, n = 1, k = 1, batch = 1] of wanted.length > 0 ? wanted : shapes) {
  const row = [`${m}×${n}×${k}${batch > 1 ? ` ×${batch}` : ""}`.padEnd(20)];
  for (const layout of ["NN", "NT", "TN", "TT"] as const) {
    const d = describe(m, n, k, layout, batch);
    const kernel = harness(
      (module) => emitMatmul(module, d, defaultOptions()),
      [m * k * batch * 4, k * n * batch * 4, m * n * batch * 4],
    );
    new Float32Array(kernel.memory.buffer).fill(0.5);
    const seconds = await measure(() => kernel.run());
    row.push(`${layout} ${((2 * m * n * k * batch) / seconds / 1e9).toFixed(1).padStart(5)}`);
  }
  console.log(row.join("  "));
}
