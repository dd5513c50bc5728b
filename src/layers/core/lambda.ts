import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { ShapeTree } from "../../graph/layer-call.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Shape, WideRule } from "../../ir/shape-types/index.ts";
import type { Value } from "../../ops/core/value.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";

/**
 * A function of the layer's input. With a second parameter it gets `{ ...arguments, mask, training }` there; otherwise
 * `arguments`, when there are any.
 */
export type LambdaFunction = (inputs: never, options: never) => unknown;

export interface LambdaOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Default: found by tracing the function. Without the batch axis; or a function of the input's shape, with it. */
  readonly outputShape?: Shape | ((inputShape: Shape) => Shape) | null | undefined;
  /** The output's mask, or a function `(inputs, mask)` that makes it. */
  readonly mask?: Value | ((inputs: never, mask: never) => unknown) | null | undefined;
  /** Further options of the function. */
  readonly arguments?: Readonly<Record<string, unknown>> | null | undefined;
}

type Bound = LambdaOptions & { readonly function: LambdaFunction };

class LambdaLayer extends LayerBase {
  static readonly className = "Lambda";
  static readonly parameters: ParameterTable = {
    function: required,
    outputShape: null,
    mask: null,
    arguments: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["mask", "training"] };

  readonly function: LambdaFunction;
  readonly outputShape: Shape | ((inputShape: Shape) => Shape) | null;
  readonly mask: NonNullable<LambdaOptions["mask"]> | null;
  readonly arguments: Readonly<Record<string, unknown>>;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("Lambda", LambdaLayer.parameters, args);
    super(given);
    if (typeof given.function !== "function") {
      throw new OptionError(`Lambda: expected a function, received ${JSON.stringify(given.function)}.`);
    }
    this.function = given.function;
    this.outputShape = given.outputShape ?? null;
    this.mask = given.mask ?? null;
    this.arguments = given.arguments ?? {};
    this.supportsMasking = this.mask !== null;
  }

  override call(
    inputs: unknown,
    { mask = null, training = null }: { readonly mask?: unknown; readonly training?: unknown } = {},
  ): unknown {
    const f = this.function as (...args: unknown[]) => unknown; // SAFETY: the user's own function of this layer's inputs
    if (f.length >= 2) return f(inputs, { ...this.arguments, mask, training });
    return Object.keys(this.arguments).length > 0 ? f(inputs, this.arguments) : f(inputs);
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    const { outputShape } = this;
    if (outputShape === null) return super.computeOutputShape(inputShape);
    const shape = inputShape as Shape; // SAFETY: a declared output shape is for one input
    return typeof outputShape === "function" ? outputShape(shape) : [shape[0] ?? null, ...outputShape];
  }

  override computeMask(inputs: unknown, previousMask?: unknown): unknown {
    const { mask } = this;
    return typeof mask === "function" ? mask(inputs as never, previousMask as never) : mask; // SAFETY: the user's own function
  }

  override getConfig(): Record<string, unknown> {
    const { outputShape, mask, ...config } = super.getConfig();
    return {
      ...config,
      ...(outputShape === null ? {} : { outputShape }),
      ...(mask === null ? {} : { mask }),
    };
  }
}

export interface Lambda extends LambdaLayer, LayerCall<WideRule> {}

export interface LambdaConstructor extends LayerConstructorOf<
  Fixed<Lambda>,
  { readonly function: LambdaFunction },
  [function: "function"],
  LambdaOptions,
  [outputShape: "outputShape", mask: "mask", arguments: "arguments"]
> {}

/**
 * A function as a layer: `Lambda((x) => ops.multiply(x, 2))`. Files hold no code: to be loaded, a model with one needs
 * the function in `customObjects`; a class that extends `Layer` is the better choice there.
 *
 * @throws {OptionError} when `function` is no function.
 * @see Keras `layers/core/lambda_layer.py`
 */
export const Lambda: LambdaConstructor = callable<typeof LambdaLayer, LambdaConstructor>(LambdaLayer);
