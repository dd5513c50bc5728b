import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convData, gemmData, hasData, modelBatch, modelWeights, takeRows, type BenchArray } from "./data.mjs";
import { parseRow, rows } from "./rows.mjs";

/** Writes the data of all rows for contenders in other languages: `data.bin`, and where everything lies in it. */
export function writeData(folder: string): void {
  const arrays = new Map<string, BenchArray>();
  for (const { key } of rows) {
    const { workload, action, numbers } = parseRow(key);
    if (!hasData(workload)) continue;
    const given =
      workload === "gemm" ? gemmData(numbers) : workload === "conv" ? convData() : modelBatch(workload);
    const prefix = workload === "gemm" ? key : workload;
    for (const [name, array] of Object.entries(given)) arrays.set(`${prefix}:${name}`, array);
    if (workload === "gemm" || workload === "conv") continue;
    for (const array of modelWeights(workload)) arrays.set(`${workload}/${array.name}`, array);
    const [count, x] = [numbers[0], modelBatch(workload)["x"]];
    if (action === "predict" && count !== undefined && x !== undefined) {
      arrays.set(`${workload}:x${count}`, takeRows(x, count));
    }
  }
  const manifest: Record<string, object> = {};
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, dtype, values }] of arrays) {
    manifest[name] = { shape, dtype, offset };
    chunks.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset += values.byteLength;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "data.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "data.bin"), Buffer.concat(chunks));
}
