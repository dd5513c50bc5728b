import { LayerBase } from "../../graph/layer-base.ts";
import { KerasTensor } from "../../graph/keras-tensor.ts";
import { Node } from "../../graph/node.ts";
import { bindParameters, type ParameterTable } from "../../util/parameters.ts";
import { type DType, toDType } from "../../ir/dtypes.ts";
import { formatShape } from "../../ir/shape.ts";
import type { Batched, Dim, Shape } from "../../ir/shape-types/index.ts";
import { AntlerError, OptionError } from "../../util/errors.ts";
import type { Tail, Values } from "../../util/argument-types.ts";
import { callable } from "../../util/callable.ts";

export interface InputOptions<S extends Shape = Shape, D extends DType = DType, B extends Dim = Dim> {
  /** Shape of one sample, without the batch axis; null where a size varies. */
  readonly shape?: S | undefined;
  /** Number of samples in a batch, where it is fixed. Default null. */
  readonly batchSize?: B | undefined;
  /** Shape with the batch axis, in place of `shape` and `batchSize`. */
  readonly batchShape?: Shape | undefined;
  /** Default float32. */
  readonly dtype?: D | undefined;
  /** Accepted for Keras's sake; only false is supported. */
  readonly sparse?: boolean | null | undefined;
  /** Default `input_layer`, `input_layer_1`, … */
  readonly name?: string | null | undefined;
  /** An existing symbolic tensor that becomes the input. */
  readonly tensor?: KerasTensor | null | undefined;
}

export interface InputLayerOptions extends Omit<
  InputOptions,
  "shape" | "batchSize" | "batchShape" | "dtype"
> {
  /** Shape of one sample, without the batch axis; null where a size varies. */
  readonly shape?: Shape | null | undefined;
  /** Number of samples in a batch, where it is fixed. Default null. */
  readonly batchSize?: Dim | undefined;
  /** Shape with the batch axis, in place of `shape` and `batchSize`. */
  readonly batchShape?: Shape | null | undefined;
  /** Default float32. */
  readonly dtype?: DType | null | undefined;
  /** Accepted for Keras's sake; only false is supported. */
  readonly ragged?: boolean | null | undefined;
  /** As `tensor`. */
  readonly inputTensor?: KerasTensor | null | undefined;
  /** Whether the input may be left out (null) when the model is called. Default false. */
  readonly optional?: boolean | undefined;
}

type InputNames = [
  shape: "shape",
  batchSize: "batchSize",
  dtype: "dtype",
  sparse: "sparse",
  ragged: "ragged",
  batchShape: "batchShape",
  inputTensor: "inputTensor",
  optional: "optional",
];

class InputLayerClass extends LayerBase {
  static readonly className = "InputLayer";
  static readonly parameters: ParameterTable = {
    shape: null,
    batchSize: null,
    dtype: null,
    sparse: null,
    ragged: null,
    batchShape: null,
    inputTensor: null,
    optional: false,
  };

  readonly batchShape: Shape;
  readonly inputDtype: DType;
  readonly sparse: boolean;
  readonly optional: boolean;

  constructor(...args: readonly unknown[]) {
    const bound = bindInput("InputLayer", args);
    const tensor = bound.tensor ?? bound.inputTensor;
    if (tensor !== undefined && tensor !== null && !(tensor instanceof KerasTensor)) {
      throw new OptionError(
        "Input: expected `tensor` to be a symbolic tensor (KerasTensor), received a value. Give a real tensor to the model itself.",
      );
    }
    const given = { ...bound, tensor };
    if (given.ragged === true)
      throw new OptionError("Input: ragged tensors are not supported; pad them (ragged: false).");
    const dtype = toDType(given.dtype ?? tensor?.dtype ?? "float32", "Input");
    super({ name: given.name, dtype });
    if (given.sparse === true)
      throw new OptionError("Input: sparse tensors are not supported; give dense ones (sparse: false).");
    this.batchShape = batchShapeOf(given);
    this.inputDtype = dtype;
    this.sparse = false;
    this.optional = given.optional ?? false;
    const output = tensor ?? new KerasTensor(this.batchShape, { dtype, name: this.name });
    if (output.history !== null) {
      throw new AntlerError(
        `Input: the tensor "${output.name}" is the output of ${output.history.operation.name} already. A model may start there: Model(tensor, outputs).`,
      );
    }
    new Node(this, [], {}, output);
    this.built = true;
  }

  override call(): never {
    throw new AntlerError(`${this.where}: an input cannot be called; use its output.`);
  }

  override getConfig(): Record<string, unknown> {
    const { batchShape, inputDtype: dtype, name, optional } = this;
    return { batchShape, dtype, sparse: false, ragged: false, name, optional };
  }
}

function bindInput(where: string, args: readonly unknown[]): InputLayerOptions {
  return bindParameters<InputLayerOptions>(where, InputLayerClass.parameters, args, [
    "name",
    "trainable",
    "tensor",
  ]);
}

function batchShapeOf({ shape, batchSize, batchShape, tensor }: InputLayerOptions): Shape {
  const given = batchShape ?? tensor?.shape;
  if (given !== undefined && given !== null) {
    if (shape !== undefined && shape !== null)
      throw new OptionError("Input: give `shape` or `batchShape`, not both.");
    return checkedShape(given);
  }
  if (shape === undefined || shape === null) {
    throw new OptionError(
      "Input: expected `shape` (without the batch axis) or `batchShape`, received neither.",
    );
  }
  if (!Array.isArray(shape))
    throw new OptionError(
      `Input: expected \`shape\` to be an array such as [784], received ${JSON.stringify(shape)}.`,
    );
  return checkedShape([batchSize ?? null, ...shape]);
}

function checkedShape(shape: Shape): Shape {
  if (!Array.isArray(shape)) {
    throw new OptionError(
      `Input: expected \`batchShape\` to be an array such as [null, 784], received ${JSON.stringify(shape)}.`,
    );
  }
  if (shape.every((dim) => dim === null || (Number.isInteger(dim) && dim >= 0))) return [...shape];
  throw new OptionError(`Input: expected sizes to be whole numbers or null, received ${formatShape(shape)}.`);
}

export interface InputLayer extends InputLayerClass {}

export interface InputLayerConstructor {
  (...args: Tail<Values<InputNames, InputLayerOptions>, InputLayerOptions>): InputLayer;
  (options: InputLayerOptions): InputLayer;
  new (...args: Tail<Values<InputNames, InputLayerOptions>, InputLayerOptions>): InputLayer;
  new (options: InputLayerOptions): InputLayer;
  fromConfig(config: Readonly<Record<string, unknown>>): InputLayer;
}

/** The layer behind `Input`. @see Keras `layers/core/input_layer.py` */
export const InputLayer: InputLayerConstructor = callable<typeof InputLayerClass, InputLayerConstructor>(
  InputLayerClass,
);

/**
 * A symbolic tensor at which a graph of layers starts.
 *
 * @example
 * const inputs = Input({ shape: [784], name: "img" }); // inputs.shape → [null, 784]
 * @throws {OptionError} when neither `shape` nor `batchShape` is given, or a size is not a whole number or null.
 * @see Keras `layers/core/input_layer.py`
 */
export function Input<const S extends Shape, const B extends Dim = null>(
  options: InputOptions<S, "float32", B> & { readonly shape: S; readonly dtype?: undefined },
): KerasTensor<Batched<S, B>, "float32">;
export function Input<const S extends Shape, const D extends DType = "float32", const B extends Dim = null>(
  options: InputOptions<S, D, B> & { readonly shape: S },
): KerasTensor<Batched<S, B>, D>;
export function Input<const S extends Shape, const D extends DType = "float32">(
  options: InputOptions<Shape, D> & { readonly batchShape: S },
): KerasTensor<S, D>;
export function Input<const S extends Shape, const D extends DType = "float32", const B extends Dim = null>(
  shape: S,
  options?: Omit<InputOptions<S, D, B>, "shape" | "batchShape" | "tensor">,
): KerasTensor<Batched<S, B>, D>;
export function Input(options: InputOptions): KerasTensor;
export function Input(...args: readonly unknown[]): KerasTensor {
  const options = bindInput("Input", args);
  const { tensor } = options;
  // An input that exists is taken as it is: its tensor belongs to one input layer.
  const layer = tensor instanceof KerasTensor ? tensor.history?.operation : undefined;
  if (tensor && layer instanceof InputLayer && (options.name ?? layer.name) === layer.name) return tensor;
  return new InputLayer(options).output;
}
