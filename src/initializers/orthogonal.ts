import { toNumbers } from "../ir/numbers.ts";
import { formatShape } from "../ir/shape.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { keyedNormal } from "../ops/random.ts";
import { callable } from "../util/callable.ts";
import { ShapeError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { RandomInitializer } from "./random-initializer.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface OrthogonalOptions {
  /** Factor of the orthogonal matrix. Default 1. */
  readonly gain?: number | undefined;
  readonly seed?: number | null | undefined;
}

/**
 * The columns of Q in A = Q·R, with a positive diagonal of R, which makes Q uniform over the orthogonal matrices where A is
 * normal. By the Gram–Schmidt process in double precision, repeated where little is left of a column.
 *
 * @param a - `[rows, columns]`, in row-major order.
 */
function orthonormalColumns(a: ArrayLike<number>, rows: number, columns: number): Float64Array[] {
  const found: Float64Array[] = [];
  for (let j = 0; j < columns; j++) {
    const column = Float64Array.from({ length: rows }, (_, i) => a[i * columns + j] ?? 0);
    let before = 0;
    let square = dot(column, column);
    do {
      before = square;
      for (const q of found) addScaled(column, -dot(q, column), q);
      square = dot(column, column);
    } while (square < before / 2);
    const norm = Math.sqrt(square);
    found.push(column.map((value) => value / norm));
  }
  return found;
}

function dot(x: Float64Array, y: Float64Array): number {
  let [even, odd] = [0, 0];
  for (let i = 0; i < x.length; i += 2) {
    even += (x[i] ?? 0) * (y[i] ?? 0);
    odd += (x[i + 1] ?? 0) * (y[i + 1] ?? 0);
  }
  return even + odd;
}

/** `x ← x + factor·y` */
function addScaled(x: Float64Array, factor: number, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) + factor * (y[i] ?? 0);
}

class OrthogonalClass extends RandomInitializer {
  static readonly className = "Orthogonal";
  static readonly parameters: ParameterTable = { gain: 1, seed: null };

  readonly gain: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<OrthogonalOptions>("Orthogonal", OrthogonalClass.parameters, args, []);
    super(given.seed ?? null);
    this.gain = given.gain ?? 1;
  }

  protected override draw(key: Tensor, shape: readonly number[]): Tensor {
    if (shape.length < 2) {
      throw new ShapeError(
        `Orthogonal: expected a shape with at least two axes, received ${formatShape(shape)}.`,
      );
    }
    const columns = shape.at(-1) ?? 1;
    const rows = shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
    const isWide = rows < columns;
    const [long, short] = isWide ? [columns, rows] : [rows, columns];
    const normal = outsideTrace(() => keyedNormal(key, [long, short]));
    const values = new Float32Array(long * short);
    orthonormalColumns(toNumbers(normal.dataSync(), "float32"), long, short).forEach((column, j) => {
      column.forEach((value, i) => (values[isWide ? j * long + i : i * short + j] = value * this.gain));
    });
    return Tensor.fromData(values, shape, "float32");
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { seed: this.seed, gain: this.gain };
  }
}

export type Orthogonal = OrthogonalClass;

export interface OrthogonalConstructor extends Constructor<
  Orthogonal,
  OrthogonalOptions,
  [gain: "gain", seed: "seed"]
> {}

/**
 * Matrix with orthogonal rows or columns (whichever are fewer); axes before the last count as rows.
 *
 * @throws {ShapeError} for a shape with fewer than two axes.
 * @see Keras `initializers/random_initializers.py`; Saxe et al. (2013)
 */
export const Orthogonal: OrthogonalConstructor = callable<typeof OrthogonalClass, OrthogonalConstructor>(
  OrthogonalClass,
);
