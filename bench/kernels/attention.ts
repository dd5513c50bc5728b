/**
 * Attention by tiles against attention as a composition, on one thread: `npx node bench/kernels/attention.ts`. Planned memory,
 * and CPU time by turns in one process: the least of several rounds. `node bench/kernels/attention.ts 512x1x8x64 …` for other
 * sizes (positions, batch, heads, size of a head).
 */
import { needAllKernels } from "../../src/backend/kernels/all.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import { setThreadCount } from "../../src/backend/wasm/threads/settings.ts";
import { schedule } from "../../src/compiler/compile.ts";
import { gradients } from "../../src/compiler/gradient/gradients.ts";
import { type Program, ProgramBuilder, withBuilder } from "../../src/ir/program.ts";
import { dotProductAttention } from "../../src/ops/attention.ts";
import { wrap } from "../../src/ops/core/lift.ts";

interface Sizes {
  readonly positions: number;
  readonly batch: number;
  readonly heads: number;
  readonly size: number;
}

const rounds = 7;
const given = process.argv.slice(2);
const cases = (given.length > 0 ? given : ["128x4x8x64", "512x1x8x64", "2048x1x8x64"]).map((text): Sizes => {
  const [positions = 1, batch = 1, heads = 1, size = 1] = text.split("x").map(Number);
  return { positions, batch, heads, size };
});

function program(
  { positions, batch, heads, size }: Sizes,
  isCausal: boolean,
  withGradients: boolean,
  flashAttention: boolean,
): Program {
  const builder = new ProgramBuilder();
  const aval = { shape: [batch, positions, heads, size], dtype: "float32" as const };
  const [q, k, v, g] = [builder.input(aval), builder.input(aval), builder.input(aval), builder.input(aval)];
  const results = withBuilder(builder, () => {
    const y = dotProductAttention(wrap(q), wrap(k), wrap(v), { isCausal, flashAttention }).traced;
    const found = withGradients ? gradients(builder, [y], [g], [q, k, v]) : [];
    return [y, ...found.filter((value) => value !== null)];
  });
  return builder.finish(results);
}

needAllKernels();
setThreadCount(1);
const backend = new WasmBackend();
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`.padStart(12);
console.log(
  "positions×batch×heads×size".padEnd(44),
  "plain".padStart(12),
  "tiles".padStart(12),
  "CPU time, tiles / plain",
);
for (const sizes of cases) {
  for (const isCausal of [false, true]) {
    for (const withGradients of [false, true]) {
      const both = [false, true].map((flash) => {
        const planned = schedule(program(sizes, isCausal, withGradients, flash));
        return {
          planned,
          executable: backend.compileSchedule(planned, 4, 0),
          least: Number.POSITIVE_INFINITY,
        };
      });
      const { positions, batch, heads, size } = sizes;
      const data = [1, 2, 3, 4].map((n) =>
        Float32Array.from({ length: batch * positions * heads * size }, (_, i) => Math.sin(0.7 * n * i)),
      );
      for (let round = 0; round < rounds; round++) {
        for (const form of both) {
          const before = process.cpuUsage();
          form.executable.run(data, []);
          const { user, system } = process.cpuUsage(before);
          form.least = Math.min(form.least, user + system);
        }
      }
      const [plain, tiles] = both;
      if (plain === undefined || tiles === undefined) continue;
      const name = `${positions}×${batch}×${heads}×${size}${isCausal ? " causal" : ""}${withGradients ? " with gradients" : ""}`;
      const memory = [plain, tiles].map(({ planned }) => megabytes(planned.arenaBytes));
      console.log(name.padEnd(44), ...memory, (tiles.least / plain.least).toFixed(2));
    }
  }
}
