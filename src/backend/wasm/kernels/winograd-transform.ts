import { invariant } from "../../../util/errors.ts";
import {
  f32x4,
  i32,
  v128,
  type Expr,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { i32Params, sharedFunction, type KernelOptions } from "./kernel.ts";
import { multiplyAdd } from "./micro-kernel.ts";

type Matrix = readonly (readonly number[])[];

/**
 * Matrices of Winograd's minimal filtering F(m, 3): `y = AT · ((G · w) ⊙ (BT · d))` for a window d of m + 2 values.
 * From interpolation at the points below and infinity (Cook–Toom); Lavin & Gray, arXiv:1509.09308, §4.
 */
export interface WinogradMatrices {
  readonly outputs: number;
  /** Side of the input tile, m + 2. */
  readonly tile: number;
  readonly at: Matrix;
  readonly g: Matrix;
  readonly bt: Matrix;
}

const points: Readonly<Record<2 | 3 | 4, readonly number[]>> = {
  2: [0, 1, -1],
  3: [0, 1, -1, 2],
  4: [0, 1, -1, 2, -2],
};

/** Coefficients of the product of `x − root` over the roots, lowest power first. */
function polynomial(roots: readonly number[]): number[] {
  return roots.reduce<number[]>(
    (p, root) => [...p, 0].map((_, i) => (p[i - 1] ?? 0) - root * (p[i] ?? 0)),
    [1],
  );
}

/** The matrices for `outputs` results per tile side. */
export function winogradMatrices(outputs: 2 | 3 | 4): WinogradMatrices {
  const at = points[outputs];
  const tile = outputs + 2;
  const others = (j: number): number[] => at.filter((_, l) => l !== j);
  const padded = (row: readonly number[]): number[] => Array.from({ length: tile }, (_, i) => row[i] ?? 0);
  const scale = at.map((a, j) => others(j).reduce((product, other) => product * (a - other), 1));
  // The sign of a scale may move from G to BT: both times -1, the product stays.
  const sign = scale.map((s) => Math.sign(s));
  return {
    outputs,
    tile,
    at: Array.from({ length: outputs }, (_, i) => [...at.map((a) => a ** i), i === outputs - 1 ? 1 : 0]),
    g: [...at.map((a, j) => [0, 1, 2].map((k) => a ** k / Math.abs(scale[j] ?? 1))), [0, 0, 1]],
    bt: [
      ...at.map((_, j) => padded(polynomial(others(j)).map((c) => c * (sign[j] ?? 1)))),
      padded(polynomial(at)),
    ],
  };
}

/** Transposed matrix. */
export function transpose(matrix: Matrix): number[][] {
  return (matrix[0] ?? []).map((_, j) => matrix.map((row) => row[j] ?? 0));
}

/** Emits linear maps of vectors by constant matrices, sharing what rows or columns that differ in signs only have in common. */
export class LinearMap {
  readonly #fn: FunctionBuilder;
  readonly #options: KernelOptions;
  readonly #constants = new Map<number, Local<"v128">>();

  constructor(fn: FunctionBuilder, options: KernelOptions) {
    this.#fn = fn;
    this.#options = options;
  }

  /** Makes the constants of the matrices; before any loop. */
  prepare(...matrices: readonly Matrix[]): void {
    for (const c of matrices.flat(2)) {
      const size = Math.abs(c);
      if (size !== 0 && size !== 1 && !this.#constants.has(c)) {
        this.#constants.set(c, this.#fn.local("v128"));
        this.#fn.set(this.#constant(c), f32x4.const(c));
      }
    }
  }

  /** `matrix · inputs`, into `outputs`. Inputs are read before any output is written. */
  emit(matrix: Matrix, inputs: readonly Local<"v128">[], outputs: readonly Local<"v128">[]): void {
    const fn = this.#fn;
    const columns = inputs.length;
    const pair = findPair(transpose(matrix));
    if (pair !== undefined) {
      // Columns equal up to signs: one sum and one difference serve all rows.
      const [c, d] = pair;
      const [x, y] = [inputs[c], inputs[d]];
      if (x === undefined || y === undefined) return;
      const sum = fn.local("v128", f32x4.add(x, y));
      const difference = fn.local("v128", f32x4.sub(x, y));
      const reduced = matrix.map((row) => {
        const kept = row.filter((_, i) => i !== c && i !== d);
        const same = row[c] === row[d];
        return [...kept, same ? (row[c] ?? 0) : 0, same ? 0 : (row[c] ?? 0)];
      });
      this.emit(reduced, [...inputs.filter((_, i) => i !== c && i !== d), sum, difference], outputs);
      return;
    }
    const done = new Set<number>();
    const values: { readonly row: number; readonly value: Expr<"v128"> }[] = [];
    for (let row = 0; row < matrix.length; row++) {
      if (done.has(row)) continue;
      const partner = matrix.findIndex(
        (other, i) => i > row && !done.has(i) && isPair(matrix[row] ?? [], other),
      );
      const first = matrix[row] ?? [];
      const second = matrix[partner];
      if (second === undefined) {
        values.push({ row, value: this.#combine(first, inputs) });
        continue;
      }
      done.add(partner);
      const even = first.map((c, i) => (c === second[i] ? c : 0));
      const odd = first.map((c, i) => (c === second[i] ? 0 : c));
      const e = fn.local("v128", this.#combine(even, inputs));
      const o = fn.local("v128", this.#combine(odd, inputs));
      values.push({ row, value: f32x4.add(e, o) }, { row: partner, value: f32x4.sub(e, o) });
    }
    invariant(columns > 0 && values.length === matrix.length, "every row of a linear map has its value");
    for (const { row, value } of values) {
      const output = outputs[row];
      if (output !== undefined) fn.set(output, value);
    }
  }

  #combine(coefficients: readonly number[], inputs: readonly Local<"v128">[]): Expr<"v128"> {
    // Terms of ±1 first: they need no product.
    const terms = coefficients
      .map((c, i) => ({ c, x: inputs[i] }))
      .filter((term): term is { c: number; x: Local<"v128"> } => term.c !== 0 && term.x !== undefined)
      .sort((a, b) => rank(a.c) - rank(b.c));
    let sum: Expr<"v128"> | undefined;
    for (const { c, x } of terms) {
      if (sum === undefined) sum = c === 1 ? x : c === -1 ? f32x4.neg(x) : f32x4.mul(x, this.#constant(c));
      else if (c === 1) sum = f32x4.add(sum, x);
      else if (c === -1) sum = f32x4.sub(sum, x);
      else sum = multiplyAdd(this.#options, x, this.#constant(c), sum);
    }
    return sum ?? f32x4.const(0);
  }

  #constant(value: number): Local<"v128"> {
    const found = this.#constants.get(value);
    invariant(found !== undefined, `constant ${value} was not prepared`);
    return found;
  }
}

function rank(coefficient: number): number {
  return coefficient === 1 ? 0 : coefficient === -1 ? 1 : 2;
}

/** Whether two rows are equal up to signs, and differ, with at least two entries. */
function isPair(a: readonly number[], b: readonly number[]): boolean {
  const sizes = a.every((c, i) => Math.abs(c) === Math.abs(b[i] ?? 0));
  const flips = a.filter((c, i) => c !== 0 && c !== b[i]).length;
  return sizes && flips > 0 && flips < a.filter((c) => c !== 0).length;
}

function findPair(rows: Matrix): readonly [number, number] | undefined {
  for (let i = 0; i < rows.length; i++) {
    const j = rows.findIndex((row, k) => k > i && isPair(rows[i] ?? [], row));
    if (j > 0) return [i, j];
  }
  return undefined;
}

/** Layout of one two-dimensional transform `R · X · Rᵀ` of vectors of channels. */
export interface TileTransform {
  readonly key: string;
  /** R; X has as many rows and columns as R has columns. */
  readonly matrix: Matrix;
  readonly channels: number;
  /** Bytes between neighbouring elements of a row of X, and of R · X · Rᵀ; rows are given at run time or here. */
  readonly sourceColumn: number;
  readonly sourceRow: number | "parameter";
  readonly targetColumn: number;
  readonly targetRow: number | "parameter";
}

/**
 * The function `(source, target, row, channelBytes)` applying a transform to channels from the addresses on, four at
 * a time: `row` is the row stride that is a parameter, `channelBytes` how many bytes of channels, a multiple of 16.
 */
export function tileTransform(
  module: ModuleBuilder,
  t: TileTransform,
  options: KernelOptions,
): FunctionHandle {
  const strides = [t.sourceColumn, t.sourceRow, t.targetColumn, t.targetRow].join(" ");
  return sharedFunction(module, `winograd ${t.key} ${strides}`, () =>
    module.function(i32Params(4), [], (fn) => {
      const source = fn.param("i32", 0);
      const target = fn.param("i32", 1);
      const rowParameter = fn.param("i32", 2);
      const end = fn.local("i32", i32.add(source, fn.param("i32", 3)));
      const map = new LinearMap(fn, options);
      map.prepare(t.matrix);
      const inner = t.matrix[0]?.length ?? 0;
      const outer = t.matrix.length;
      const loaded = fn.locals("v128", inner);
      const half = Array.from({ length: outer }, () => fn.locals("v128", inner));
      const rows = fn.locals("v128", outer);
      const pointer = fn.local("i32");
      fn.while(i32.ltU(source, end), () => {
        for (let j = 0; j < inner; j++) {
          fn.set(pointer, source);
          loaded.forEach((local, i) => {
            if (t.sourceRow === "parameter") {
              fn.set(local, v128.load(pointer, j * t.sourceColumn));
              fn.increment(pointer, rowParameter);
            } else {
              fn.set(local, v128.load(source, j * t.sourceColumn + i * t.sourceRow));
            }
          });
          map.emit(
            t.matrix,
            loaded,
            half.map((row) => row[j] ?? row[0] ?? fn.local("v128")),
          );
        }
        fn.set(pointer, target);
        half.forEach((row, i) => {
          map.emit(t.matrix, row, rows);
          rows.forEach((value, j) => {
            if (t.targetRow === "parameter") fn.store(pointer, value, j * t.targetColumn);
            else fn.store(target, value, j * t.targetColumn + i * t.targetRow);
          });
          if (t.targetRow === "parameter") fn.increment(pointer, rowParameter);
        });
        fn.increment(source, 16);
        fn.increment(target, 16);
      });
    }),
  );
}
