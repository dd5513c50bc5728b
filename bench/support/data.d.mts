export interface BenchArray {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly values: Float32Array | Int32Array;
}
export function modelWeights(model: string): readonly (BenchArray & { readonly name: string })[];
export function modelBatch(model: string): Readonly<Record<string, BenchArray>>;
/** Whether a workload's data are given: those of others each contender makes for itself. */
export function hasData(workload: string): boolean;
export function takeRows(array: BenchArray, rows: number): BenchArray;
export function gemmData(size: readonly number[]): { readonly a: BenchArray; readonly b: BenchArray };
export function convData(): { readonly x: BenchArray; readonly kernel: BenchArray };
