import { gradients } from "../compiler/gradient/gradients.ts";
import { runTraced } from "../graph/run-traced.ts";
import { Variable } from "../graph/variable.ts";
import { isFloat } from "../ir/dtypes.ts";
import * as p from "../ir/primitives/index.ts";
import { currentBuilder } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { currentScope } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { flatten, mapTree } from "../util/tree.ts";
import { DTypeError, invariant, ShapeError } from "../util/errors.ts";

/** A scalar, and its gradients with respect to variables. */
export interface ValueAndGradients {
  readonly value: Tensor;
  /** One for each variable or tensor; null where the value does not depend on it. */
  readonly gradients: readonly (Tensor | null)[];
}

/**
 * Gradients of a scalar that the present trace has computed, with respect to variables' present values, and to tensors.
 *
 * @throws {ShapeError} when it is not a scalar.
 */
export function gradientsInTrace(value: Tensor, wrt: readonly (Variable | Tensor)[]): (Tensor | null)[] {
  const scope = currentScope();
  const builder = currentBuilder();
  invariant(scope !== null && builder !== null, "gradients of a traced value outside a trace");
  if (value.shape.length !== 0) {
    throw new ShapeError(
      `valueAndGrad: expected a scalar, received shape ${formatShape(value.shape)}. Reduce it with ops.mean or ops.sum.`,
    );
  }
  const scalar = value.traced;
  const values = wrt.map((one) => (one instanceof Tensor ? one.traced : scope.read(one).traced));
  return gradients(builder, [scalar], [p.fullLike(scalar, 1)], values).map((g) =>
    g === null ? null : Tensor.traced(g),
  );
}

/** A list as a function's arguments. */
type Arguments<W extends readonly unknown[]> = W extends readonly [...infer A] ? A : never;

/** Tensors as values of the present trace, of which gradients can be asked. */
function inTrace<const W extends readonly (Variable | Tensor)[]>(wrt: W): Arguments<W> {
  const values = wrt.map((one) => (one instanceof Tensor ? Tensor.traced(one.traced, one.isWeak) : one));
  return values as unknown as Arguments<W>; // SAFETY: one for one, tensors for tensors
}

/**
 * Computes `f` and its gradients with respect to variables and tensors, for custom training steps and loops.
 *
 * `f` is called on them, one argument each: for a tensor, use the argument. Calls may be nested: the gradient of a
 * function of gradients is one, too.
 *
 * Inside a step (`trainStep`, `computeLoss`) it becomes part of the step. Outside, `f` is traced at each call, and
 * compiled at the first with such shapes; a model's `trainStep` saves the tracing as well. There `f` may look at elements
 * of its tensors on the way (`item()`, `dataSync()`), to draw actions from probabilities, say.
 *
 * What else of `f` is needed afterwards (predictions for a metric, say) it returns beside the scalar: a tensor, or arrays
 * and objects of tensors, which the result has as `aux`.
 *
 * @param f - Gives a scalar, or `[scalar, aux]`.
 * @param wrt - What to differentiate with respect to.
 * @throws {ShapeError} when `f` does not give a scalar.
 * @example
 * const { value, gradients } = valueAndGrad(() => ops.mean(ops.square(ops.subtract(model(x), y))), model.trainableVariables);
 * optimizer.apply(gradients, model.trainableVariables);
 * @example
 * const { gradients, aux: logits } = valueAndGrad(() => {
 *   const logits = model(x, { training: true });
 *   return [lossFunction(y, logits), logits];
 * }, model.trainableVariables);
 * @example
 * const { gradients: [slope] } = valueAndGrad((x) => ops.sum(ops.square(model(x))), [images]);
 */
export function valueAndGrad<const W extends readonly (Variable | Tensor)[], const A>(
  f: (...wrt: Arguments<NoInfer<W>>) => readonly [value: Tensor, aux: A],
  wrt: W,
): ValueAndGradients & { readonly aux: A };
export function valueAndGrad<const W extends readonly (Variable | Tensor)[]>(
  f: (...wrt: Arguments<NoInfer<W>>) => Tensor,
  wrt: W,
): ValueAndGradients;
export function valueAndGrad<const W extends readonly (Variable | Tensor)[]>(
  f: (...wrt: Arguments<NoInfer<W>>) => Tensor | readonly [value: Tensor, aux: unknown],
  wrt: W,
): ValueAndGradients & { readonly aux?: unknown } {
  checkWrt(wrt);
  if (currentBuilder() !== null) {
    const values = inTrace(wrt);
    const { value, ...aux } = partsOf(f(...values));
    return { value, gradients: gradientsInTrace(value, values), ...aux };
  }
  let present: boolean[] = [];
  let aux: { readonly aux?: unknown } = {};
  const results = runTraced(() => {
    const values = inTrace(wrt);
    const { value, ...others } = partsOf(f(...values));
    aux = others;
    const found = gradientsInTrace(value, values);
    present = found.map((g) => g !== null);
    return [value, ...found.filter((g) => g !== null), ...tensorsIn(others)];
  });
  const [value] = results.splice(0, 1);
  invariant(value !== undefined, "the value comes first");
  const gradients = present.map((has) => (has ? (results.shift() ?? null) : null));
  const untraced = (leaf: unknown): unknown => (leaf instanceof Tensor ? results.shift() : leaf);
  return "aux" in aux ? { value, gradients, aux: mapTree(aux.aux, untraced) } : { value, gradients };
}

/** The scalar, and what was given beside it. */
function partsOf(result: Tensor | readonly [value: Tensor, aux: unknown]): {
  readonly value: Tensor;
  readonly aux?: unknown;
} {
  if (!Array.isArray(result)) return { value: result as Tensor }; // SAFETY: no array
  const [value, aux] = result as readonly [Tensor, unknown]; // SAFETY: an array
  return { value, aux };
}

function tensorsIn(tree: object): Tensor[] {
  return flatten<unknown>(tree).filter((leaf) => leaf instanceof Tensor);
}

/** The gradients alone of `valueAndGrad`. */
export function grad<const W extends readonly (Variable | Tensor)[]>(
  f: (...wrt: Arguments<NoInfer<W>>) => Tensor,
  wrt: W,
): readonly (Tensor | null)[] {
  return valueAndGrad(f, wrt).gradients;
}

function checkWrt(wrt: unknown): void {
  const isWrong = (one: unknown): boolean =>
    !(one instanceof Variable || (one instanceof Tensor && isFloat(one.dtype)));
  if (Array.isArray(wrt) && !wrt.some(isWrong)) return;
  const received = Array.isArray(wrt) ? `${nameOf(wrt.find(isWrong))} among them` : nameOf(wrt);
  throw new DTypeError(
    `valueAndGrad: expected, behind the function, an array of variables and floating-point tensors to differentiate by, received ${received}. For a model: valueAndGrad(() => loss, model.trainableVariables).`,
  );
}

function nameOf(value: unknown): string {
  if (value instanceof Tensor) return `a tensor of dtype ${value.dtype}`;
  return typeof value === "object" && value !== null ? `a ${value.constructor.name}` : String(typeof value);
}
