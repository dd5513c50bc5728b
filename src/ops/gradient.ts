import { getBackend } from "../backend/index.ts";
import { gradients } from "../compiler/gradient/gradients.ts";
import { isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import { currentBuilder, ProgramBuilder, type Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { AntlerError, DTypeError, invariant, ShapeError } from "../util/errors.ts";
import { flatten, mapTree, packLike, type Tree } from "../util/tree.ts";
import { type TensorInput, toValue } from "./core/convert.ts";
import { wrap } from "./core/lift.ts";
import { outsideTrace, StateScope, withScope } from "./core/scope.ts";
import { Tensor } from "./core/tensor.ts";

/** A function of tensors (in arrays and objects) that gives a scalar. */
export type ScalarFunction<A extends readonly unknown[]> = (...args: A) => Tensor;

/** The gradient with respect to the first argument, in its form. */
export type GradientOf<A extends readonly unknown[]> = A extends readonly [infer X, ...(readonly unknown[])]
  ? X
  : Tensor;

/** Values inside a trace, each made a new value of its own so that gradients stop there. */
function fresh(x: Var): Var {
  const [value] = p.customGradient([x], [x], (cotangents) => cotangents);
  invariant(value !== undefined, "customGradient passes its values on");
  return value;
}

function toTensor(x: unknown): Tensor {
  const value = toValue(x as TensorInput); // SAFETY: toValue checks it
  if (!(value instanceof Tensor))
    throw new AntlerError(
      "ops.grad: symbolic tensors have no gradients; call it on real tensors or inside a step.",
    );
  if (!isFloat(value.dtype))
    throw new DTypeError(
      `ops.grad: expected floats, received ${value.dtype}. Cast with ops.cast(x, "float32").`,
    );
  return value.isWeak ? Tensor.fromData(value.storedSync(), value.dims, value.dtype) : value;
}

/** Cotangents of `inputs`, zeros where nothing flows. */
function pullBack(
  builder: ProgramBuilder,
  outputs: readonly Var[],
  cotangents: readonly Var[],
  inputs: readonly Var[],
): Var[] {
  return gradients(builder, outputs, cotangents, inputs).map((g, i) => {
    const input = inputs[i];
    invariant(input !== undefined, "one cotangent for each input");
    return g ?? p.zerosLike(input);
  });
}

/** Runs a function of tensors: recorded inside a trace, compiled and run at once outside. */
function compute(
  inputs: readonly Tensor[],
  f: (builder: ProgramBuilder, values: readonly Var[]) => readonly Var[],
): Tensor[] {
  const open = currentBuilder();
  if (open !== null)
    return f(
      open,
      inputs.map((x) => fresh(x.traced)),
    ).map((value) => wrap(value));
  const builder = new ProgramBuilder();
  const outputs = withScope(new StateScope(builder), () =>
    f(
      builder,
      inputs.map((x) => builder.input({ shape: x.dims, dtype: x.dtype })),
    ),
  );
  const program = builder.finish(outputs);
  const results = outsideTrace(() => getBackend().compile(program)).run(
    inputs.map((x) => x.storedSync()),
    [],
  );
  return program.outputs.map(({ shape, dtype }, i) => {
    const data = results[i];
    invariant(data !== undefined, "a result is missing");
    return Tensor.fromData(data, shape, dtype);
  });
}

/**
 * A function's value and its gradient with respect to the first argument (a tensor, or arrays and objects of tensors).
 *
 * @throws {ShapeError} when the function does not give a scalar.
 */
export function valueAndGrad<A extends readonly unknown[]>(
  f: ScalarFunction<A>,
): (...args: A) => { readonly value: Tensor; readonly gradient: GradientOf<A> } {
  return (...args: A) => {
    const tree = mapTree<unknown, Tensor>(args[0], toTensor);
    const inputs = flatten(tree);
    const [value, ...grads] = compute(inputs, (builder, values) => {
      const first = packLike(
        tree,
        values.map((x) => wrap(x)),
      );
      // SAFETY: the first argument is replaced by tensors in the same form.
      const result = f(...([first, ...args.slice(1)] as unknown as A)).traced;
      if (result.shape.length !== 0) {
        throw new ShapeError(
          `ops.grad: expected a function that gives a scalar, received shape ${formatShape(result.shape)}. Reduce it with ops.sum or ops.mean.`,
        );
      }
      return [result, ...pullBack(builder, [result], [p.fullLike(result, 1)], values)];
    });
    invariant(value !== undefined, "the value comes first");
    return { value, gradient: packLike(tree, grads) as GradientOf<A> }; // SAFETY: in the form of the first argument
  };
}

/** The gradient of a scalar function with respect to its first argument. */
export function grad<A extends readonly unknown[]>(f: ScalarFunction<A>): (...args: A) => GradientOf<A> {
  const both = valueAndGrad(f);
  return (...args: A) => both(...args).gradient;
}

/**
 * A function's results, and the cotangents of its arguments for given cotangents of the results: vector-Jacobian products.
 *
 * The arguments are tensors, or arrays and objects of tensors; a gradient of an argument has its form.
 */
export function vjp(
  f: (...args: Tree<Tensor>[]) => Tree<Tensor>,
  args: readonly Tree<TensorInput>[],
  cotangents: readonly TensorInput[],
): { readonly outputs: Tensor[]; readonly gradients: Tree<Tensor>[] } {
  const trees = args.map((arg) => mapTree<unknown, Tensor>(arg, toTensor));
  const inputs = flatten<Tensor>(trees);
  const seeds = cotangents.map((c) => toValue(c));
  let count = 0;
  const results = compute(inputs, (builder, values) => {
    const replaced = packLike(
      trees,
      values.map((x) => wrap(x)),
    ) as Tree<Tensor>[]; // SAFETY: one tree for each argument
    const outputs = flatten(f(...replaced)).map((x) => x.traced);
    const given = seeds.map((seed) => (seed as Tensor).traced); // SAFETY: toValue gives tensors for data
    count = outputs.length;
    return [...outputs, ...pullBack(builder, outputs, given, values)];
  });
  const packed = packLike(trees, results.slice(count)) as Tree<Tensor>[]; // SAFETY: in the form of the arguments
  return { outputs: results.slice(0, count), gradients: packed };
}

/** What a function with its own gradient gives: results, and cotangents of its arguments for those of the results. */
export type WithGradient = (
  ...args: Tensor[]
) => readonly [Tensor | readonly Tensor[], (...cotangents: Tensor[]) => Tensor | readonly (Tensor | null)[]];

/**
 * A function whose gradient is given rather than derived: `f` returns its result and a function from the result's
 * cotangent to those of the arguments.
 *
 * @see Keras `ops.custom_gradient`
 */
export function customGradient(f: WithGradient): (...args: TensorInput[]) => Tensor | readonly Tensor[] {
  return (...args) => {
    const inputs = args.map((arg) => toValue(arg) as Tensor); // SAFETY: custom gradients are taken of tensors
    let isList = false;
    const results = compute(inputs, (_, values) => {
      const [result, rule] = f(...values.map((x) => wrap(x)));
      isList = Array.isArray(result);
      const outputs = flatten<Tensor>(result).map((x) => x.traced);
      return p.customGradient(outputs, values, (cotangents) => {
        const given = outputs.map((output, i) => wrap(cotangents[i] ?? p.zerosLike(output)));
        const back = rule(...given);
        return (back instanceof Tensor ? [back] : back).map((g) => g?.traced ?? null);
      });
    });
    const [first] = results;
    return isList || first === undefined ? results : first;
  };
}

/**
 * A function's results and their change for a given change (`tangents`) of its arguments: Jacobian-vector products.
 *
 * Made of two reverse passes: the cotangents of the arguments are linear in those of the results, and the gradient of
 * that linear map is the Jacobian itself.
 *
 * @see Keras `ops.jvp`
 */
export function jvp(
  f: (...args: Tensor[]) => Tree<Tensor>,
  primals: readonly TensorInput[],
  tangents: readonly TensorInput[],
): readonly [Tree<Tensor>, Tree<Tensor>] {
  if (primals.length !== tangents.length) {
    throw new AntlerError(
      `ops.jvp: expected as many tangents as primals, received ${tangents.length} and ${primals.length}.`,
    );
  }
  const inputs = [...primals, ...tangents].map(toTensor);
  let form: Tree<unknown> = null;
  let count = 0;
  const results = compute(inputs, (builder, values) => {
    const points = values.slice(0, primals.length);
    const result = f(...points.map((x) => wrap(x)));
    form = mapTree(result, () => 0);
    const outputs = flatten(result).map((x) => x.traced);
    count = outputs.length;
    const seeds = outputs.map((output) => fresh(p.zerosLike(output)));
    const cotangents = pullBack(builder, outputs, seeds, points);
    return [...outputs, ...pullBack(builder, cotangents, values.slice(primals.length), seeds)];
  });
  return [packLike(form, results.slice(0, count)), packLike(form, results.slice(count))];
}
