import { type CallArguments, valuesIn } from "../../graph/call-arguments.ts";
import { isLayer, LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type {
  BidirectionalRule,
  MergeMode,
  RuleOf,
  Shape,
  ShapeRule,
  WideRule,
} from "../../ir/shape-types/index.ts";
import { add, divide, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { NestedArray } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { concatenate } from "../../ops/joining.ts";
import { flip } from "../../ops/rearranging.ts";
import type { TypedArray } from "../../ir/dtypes.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../../util/parameters.ts";
import { copyLayer } from "./copy-layer.ts";
import type { RecurrentCallOptions } from "./rnn-layer.ts";
import type { FromConfig, LayerKind, PairForm, SettingsIn, Values } from "../constructor.ts";

export interface BidirectionalOptions<
  M extends MergeMode = MergeMode,
  D extends DType = DType,
> extends LayerOptions<D> {
  readonly layer?: LayerBase | undefined;
  /** How the outputs of both directions are joined; null: both are returned. Default `"concat"`. */
  readonly mergeMode?: M | undefined;
  /** Initial weights: the first half those of the forward layer. */
  readonly weights?: readonly (Tensor | TypedArray | NestedArray)[] | null | undefined;
  /** The layer for the way back. Default: a copy of `layer` with `goBackwards`. */
  readonly backwardLayer?: LayerBase | null | undefined;
}

/** What of a recurrent layer decides its outputs. */
interface Sequential {
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  zeroOutputForMask?: boolean;
  resetState?(): void;
}

const mergeModes: readonly MergeMode[] = ["concat", "sum", "mul", "ave", null];

class BidirectionalLayer extends LayerBase {
  static readonly className = "Bidirectional";
  static readonly parameters: ParameterTable = {
    layer: required,
    mergeMode: "concat",
    weights: null,
    backwardLayer: null,
  };
  static readonly callArguments: CallArguments = {
    tensors: ["sequences"],
    options: ["initialState", "mask", "training"],
  };

  readonly forwardLayer: LayerBase & Sequential;
  readonly backwardLayer: LayerBase & Sequential;
  readonly mergeMode: MergeMode;
  readonly stateful: boolean;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly #initialWeights: NonNullable<BidirectionalOptions["weights"]>;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<BidirectionalOptions>("Bidirectional", BidirectionalLayer.parameters, args);
    super(given);
    const layer = checkedLayer(this.where, "layer", given.layer);
    const plainName = (prefix: string): string => layer.name.replace(new RegExp(`^${prefix}`), "");
    this.forwardLayer = checkedLayer(
      this.where,
      "layer",
      copyLayer(layer, { name: `forward_${plainName("forward_")}` }),
    );
    this.backwardLayer = checkedLayer(
      this.where,
      "backwardLayer",
      given.backwardLayer ??
        copyLayer(layer, { goBackwards: true, name: `backward_${plainName("backward_")}` }),
    );
    this.mergeMode = mergeModeOf(this.where, given.mergeMode);
    this.stateful = layer.stateful;
    this.returnSequences = layer.returnSequences;
    this.returnState = layer.returnState;
    this.inputSpec = layer.inputSpec;
    this.#initialWeights = given.weights ?? [];
    this.#checkDirections();
    for (const one of [this.forwardLayer, this.backwardLayer]) {
      // Outputs of both directions are joined step by step: a masked step must not repeat its neighbour.
      if (one.zeroOutputForMask !== undefined) one.zeroOutputForMask = one.returnSequences;
    }
  }

  #checkDirections(): void {
    const { forwardLayer: a, backwardLayer: b } = this;
    if (a.goBackwards === b.goBackwards) {
      throw new OptionError(
        `${this.where}: expected layers of different directions, received goBackwards: ${a.goBackwards} for both.`,
      );
    }
    for (const name of ["stateful", "returnSequences", "returnState"] as const) {
      if (a[name] !== b[name]) {
        throw new OptionError(
          `${this.where}: expected both layers to have the same \`${name}\`, received ${a[name]} forward and ${b[name]} backward.`,
        );
      }
    }
  }

  override build(sequencesShape: Shape): void {
    this.forwardLayer.ensureBuilt([sequencesShape]);
    this.backwardLayer.ensureBuilt([sequencesShape]);
    if (this.#initialWeights.length === 0) return;
    const half = Math.floor(this.#initialWeights.length / 2);
    this.forwardLayer.setWeights(this.#initialWeights.slice(0, half));
    this.backwardLayer.setWeights(this.#initialWeights.slice(half));
  }

  override call(sequences: Tensor, { initialState, mask, training }: RecurrentCallOptions = {}): unknown {
    const states = Array.isArray(initialState) ? (initialState as readonly unknown[]) : []; // SAFETY: just checked
    const half = Math.floor(states.length / 2);
    const run = (layer: LayerBase, start: readonly unknown[]): readonly Tensor[] => {
      const { options, open } = layer.callArguments;
      const takesMask = open === true || options.includes("mask");
      const given = {
        training,
        ...(takesMask ? { mask } : {}),
        ...(start.length > 0 ? { initialState: start } : {}),
      };
      return valuesIn(layer.invoke(sequences, given)) as Tensor[]; // SAFETY: tensors in, tensors out
    };
    const [forward, ...forwardStates] = run(this.forwardLayer, states.slice(0, half));
    const [backward, ...backwardStates] = run(this.backwardLayer, states.slice(half));
    if (forward === undefined || backward === undefined)
      throw new OptionError(`${this.where}: a layer returned nothing.`);
    const output = this.#merge(
      this.#typed(forward),
      this.#typed(this.returnSequences ? (flip(backward, 1) as Tensor) : backward),
    ); // SAFETY: tensor in, tensor out
    if (!this.returnState) return output;
    return [
      ...(Array.isArray(output) ? (output as readonly Tensor[]) : [output]),
      ...forwardStates,
      ...backwardStates,
    ]; // SAFETY: an array of tensors
  }

  #typed(x: Tensor): Tensor {
    return cast(x, this.computeDtype) as Tensor; // SAFETY: tensor in, tensor out
  }

  #merge(forward: Tensor, backward: Tensor): unknown {
    switch (this.mergeMode) {
      case "concat":
        return concatenate([forward, backward], -1);
      case "sum":
        return add(forward, backward);
      case "ave":
        return divide(add(forward, backward), 2);
      case "mul":
        return multiply(forward, backward);
      case null:
        return [forward, backward];
    }
  }

  override computeMask(_inputs: unknown, mask?: unknown): unknown {
    const output = this.returnSequences ? (valuesIn(mask)[0] ?? null) : null;
    const outputs = this.mergeMode === null ? [output, output] : output;
    return this.returnState ? (Array.isArray(outputs) ? outputs : [outputs]) : outputs;
  }

  /** Sets the states of stateful layers to zero. */
  resetState(): void {
    this.forwardLayer.resetState?.();
    this.backwardLayer.resetState?.();
  }

  /** @deprecated The name of `resetState` in older versions of Keras. */
  resetStates(): void {
    this.resetState();
  }

  override getConfig(): Record<string, unknown> {
    const { weights: _, ...config } = super.getConfig();
    return { ...config, layer: this.forwardLayer, backwardLayer: this.backwardLayer };
  }
}

function checkedLayer(where: string, name: string, value: unknown): LayerBase & Sequential {
  const fields = ["goBackwards", "stateful", "returnSequences", "returnState"];
  if (isLayer(value) && fields.every((field) => field in value)) return value as LayerBase & Sequential; // SAFETY: it has the fields
  const received = isLayer(value) ? value.where : JSON.stringify(value);
  throw new OptionError(
    `${where}: expected \`${name}\` to be a recurrent layer (with ${fields.join(", ")}), received ${received}.`,
  );
}

function mergeModeOf(where: string, value: unknown): MergeMode {
  const found = mergeModes.find((mode) => mode === value);
  if (found !== undefined) return found;
  throw new OptionError(
    `${where}: expected \`mergeMode\` to be one of ${mergeModes.map((mode) => JSON.stringify(mode)).join(", ")}, received ${JSON.stringify(value)}.`,
  );
}

export interface Bidirectional<R extends ShapeRule = WideRule>
  extends BidirectionalLayer, LayerCall<R, RecurrentCallOptions> {}

interface BidirectionalKind extends LayerKind {
  readonly layer: Bidirectional<
    BidirectionalRule<RuleOf<SettingsIn<this, Wrapped>["layer"]>, SettingsIn<this, Wrapped>["mergeMode"]>
  >;
}

interface Wrapped {
  readonly layer: LayerBase;
  readonly mergeMode: MergeMode;
}

type Form<P extends readonly PropertyKey[], V extends readonly unknown[] = []> = PairForm<
  BidirectionalKind,
  BidirectionalOptions,
  "layer",
  LayerBase,
  "mergeMode",
  MergeMode,
  "concat",
  never,
  P,
  V
>;

export interface BidirectionalConstructor
  extends
    Form<
      [layer: "layer", mergeMode: "mergeMode"],
      Values<[weights: "weights", backwardLayer: "backwardLayer"], BidirectionalOptions>
    >,
    Form<[]>,
    Form<[layer: "layer"]>,
    FromConfig<BidirectionalKind> {}

/**
 * Two recurrent layers over one sequence, in opposite directions; their outputs are merged.
 *
 * Shapes: input `[batch, time, features]` → those of the layer, the last axis doubled by `"concat"`; with `returnState`
 * the forward layer's states and the backward layer's follow. `initialState` lists both layers' states alike.
 *
 * @param layer - The layer to copy for the way forward (and, unless `backwardLayer` is given, for the way back).
 * @throws {OptionError} when a layer is not recurrent, or the two do not fit.
 * @example
 * const y = Bidirectional(LSTM(8))(Input({ shape: [20, 3] })); // y.shape → [null, 16]
 * @see Keras `layers/rnn/bidirectional.py`
 */
export const Bidirectional: BidirectionalConstructor = callable<
  typeof BidirectionalLayer,
  BidirectionalConstructor
>(BidirectionalLayer);
