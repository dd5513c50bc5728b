import { formatShape } from "../ir/shape.ts";
import { divide, maximum, multiply, subtract } from "../ops/arithmetic.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { eye } from "../ops/creation.ts";
import { matmul } from "../ops/products.ts";
import { sum } from "../ops/reductions.ts";
import { transpose } from "../ops/shape.ts";
import { absolute, sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { penaltyFactor } from "./factor.ts";
import { Regularizer } from "./regularizer.ts";
import type { Constructor } from "../util/argument-types.ts";

const modes = ["rows", "columns"] as const;

export interface OrthogonalRegularizerOptions {
  /** Default 0.01. */
  readonly factor?: number;
  /** Whether rows (default) or columns shall be orthogonal. */
  readonly mode?: (typeof modes)[number];
}

class OrthogonalRegularizerClass extends Regularizer {
  static readonly className = "OrthogonalRegularizer";
  static readonly parameters: ParameterTable = { factor: 0.01, mode: "rows" };

  readonly factor: number;
  readonly mode: (typeof modes)[number];

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<Required<OrthogonalRegularizerOptions>>(
      "OrthogonalRegularizer",
      OrthogonalRegularizerClass.parameters,
      args,
      [],
    );
    this.factor = penaltyFactor("OrthogonalRegularizer", "factor", given.factor);
    this.mode = oneOf("OrthogonalRegularizer", "mode", given.mode, modes);
  }

  override invoke(input: TensorInput): Tensor {
    const x = toValue(input) as Tensor; // SAFETY: the ops below take symbolic values as well
    const [rows, columns] = x.shape;
    if (x.shape.length !== 2 || typeof rows !== "number" || typeof columns !== "number") {
      throw new ShapeError(`OrthogonalRegularizer: expected a matrix, received ${formatShape(x.shape)}.`);
    }
    const byRows = this.mode === "rows";
    const norm = sqrt(maximum(sum(square(x), byRows ? 1 : 0, true), 1e-12));
    const unit: Tensor = divide(x, norm);
    const size = byRows ? rows : columns;
    const product: Tensor = byRows ? matmul(unit, transpose(unit)) : matmul(transpose(unit), unit);
    const offDiagonal: Tensor = multiply(product, subtract(1, eye(size, { dtype: x.dtype })));
    // Mean of |cos| over the pairs, each of which stands twice in the product.
    const pairs = (size * (size - 1)) / 2;
    return multiply(sum(absolute(offDiagonal)), (this.factor * 0.5) / pairs);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { factor: this.factor, mode: this.mode };
  }
}

export type OrthogonalRegularizer = OrthogonalRegularizerClass;

export interface OrthogonalRegularizerConstructor extends Constructor<
  OrthogonalRegularizer,
  OrthogonalRegularizerOptions,
  [factor: "factor", mode: "mode"]
> {}

/**
 * Penalty on rows (or columns) of a matrix that are not orthogonal to each other: `factor` times the mean |cosine|.
 *
 * @throws {ShapeError} for a weight that is no matrix.
 * @see Keras `regularizers/regularizers.py`
 */
export const OrthogonalRegularizer: OrthogonalRegularizerConstructor = callable<
  typeof OrthogonalRegularizerClass,
  OrthogonalRegularizerConstructor
>(OrthogonalRegularizerClass);
