import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import { currentBuilder } from "../../ir/program.ts";
import { formatShape } from "../../ir/shape.ts";
import type { RuleOf, Shape, ShapeRule, TimeDistributedRule, WideRule } from "../../ir/shape-types/index.ts";
import { map } from "../../ops/loops.ts";
import { isInferring } from "../../ops/core/abstract.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { stack } from "../../ops/joining.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../../util/parameters.ts";
import { WrapperLayer, type WrapperOptions } from "../core/wrapper.ts";
import type { LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";

interface CallOptions {
  readonly training?: boolean | null;
  readonly mask?: Tensor | null;
}

class TimeDistributedLayer extends WrapperLayer {
  static override readonly className: string = "TimeDistributed";
  static override readonly parameters: ParameterTable = { layer: required };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training", "mask"] };

  constructor(...args: readonly unknown[]) {
    super(bindParameters<WrapperOptions>("TimeDistributed", TimeDistributedLayer.parameters, args));
  }

  override build(inputShape: Shape): void {
    if (inputShape.length < 3) {
      throw new ShapeError(
        `${this.where}: expected an input of rank >= 3 (batch, time, …), received ${formatShape(inputShape)}.`,
      );
    }
    this.layer.ensureBuilt([[inputShape[0] ?? null, ...inputShape.slice(2)]]);
  }

  override call(inputs: Tensor, { training = null, mask = null }: CallOptions = {}): Tensor {
    this.#checkMask(inputs, mask);
    const takesMask =
      mask !== null &&
      (this.layer.callArguments.open === true || this.layer.callArguments.options.includes("mask"));
    const step = (x: Tensor, kept: Tensor | null): Tensor =>
      this.layer.invoke(x, { training, ...(takesMask && kept !== null ? { mask: kept } : {}) }) as Tensor; // SAFETY: tensor in, tensor out
    if (treatsSamplesAlone(this.layer)) return this.#folded(inputs, mask, step);
    const [xs, masks] = [timeFirst(inputs), mask === null ? null : timeFirst(mask)];
    // What a step changes (moving averages, seeds), the next one must see: such steps cannot be a loop.
    const changes = training === true && this.layer.variables.some((variable) => !variable.trainable);
    if (currentBuilder() !== null && !changes) {
      return timeFirst(
        masks === null
          ? map((x: Tensor) => step(x, null), xs)
          : map(([x, kept]: readonly [Tensor, Tensor]) => step(x, kept), [xs, masks]),
      );
    }
    const length = xs.dims[0] ?? 0;
    const at = (i: number): Tensor =>
      step(getItem(xs, [i]) as Tensor, masks === null ? null : (getItem(masks, [i]) as Tensor)); // SAFETY: tensors in, tensors out
    // For shapes alone, one step tells all.
    const first = isInferring() ? at(0) : null;
    const steps = Array.from({ length }, (_, i) => first ?? at(i));
    return timeFirst(stack(steps) as Tensor); // SAFETY: tensors in, tensor out
  }

  /** All steps in one call, as so many more samples. */
  #folded(inputs: Tensor, mask: Tensor | null, step: (x: Tensor, mask: Tensor | null) => Tensor): Tensor {
    const [batch = 0, time = 0] = inputs.dims;
    const fold = (x: Tensor): Tensor => reshape(x, [batch * time, ...x.dims.slice(2)]) as Tensor; // SAFETY: tensor in, tensor out
    const result = step(fold(inputs), mask === null ? null : fold(mask));
    return reshape(result, [batch, time, ...result.dims.slice(1)]) as Tensor; // SAFETY: as above
  }

  #checkMask(inputs: Tensor, mask: Tensor | null): void {
    if (mask === null) return;
    const fits = mask.dims.length >= 2 && mask.dims[0] === inputs.dims[0] && mask.dims[1] === inputs.dims[1];
    if (fits) return;
    throw new ShapeError(
      `${this.where}: expected a mask whose first axes are ${formatShape(inputs.shape.slice(0, 2))} (batch, time), received ${formatShape(mask.shape)}.`,
    );
  }
}

function timeFirst(x: Tensor): Tensor {
  return transpose(x, [1, 0, ...x.dims.slice(2).map((_, i) => i + 2)]) as Tensor; // SAFETY: tensor in, tensor out
}

/**
 * Whether the layer does to each sample what it would do to it alone, so that steps can be computed as further samples.
 * Known of built-in layers without moving averages, axes options that name the batch, or users' functions inside.
 */
function treatsSamplesAlone(layer: LayerBase): boolean {
  const { parameters } = layer.statics;
  if (parameters === undefined || "function" in parameters || layer.subLayers.length > 0) return false;
  if (layer.weights.some((weight) => !weight.trainable) && layer.trainable) return false;
  const axes: unknown = Reflect.get(layer, "axis") ?? Reflect.get(layer, "axes") ?? -1;
  return ![axes].flat().includes(0);
}

export interface TimeDistributed<R extends ShapeRule = WideRule>
  extends TimeDistributedLayer, LayerCall<TimeDistributedRule<R>> {}

interface TimeDistributedKind extends LayerKind {
  readonly layer: TimeDistributed<RuleOf<SettingsIn<this, LayerBase>>>;
}

export interface TimeDistributedConstructor extends SettingConstructor<
  TimeDistributedKind,
  WrapperOptions,
  [layer: "layer"],
  LayerBase
> {}

/**
 * Applies a layer to every time step.
 *
 * Shapes: input `[batch, time, …]` → `[batch, time, …]`, behind the first two axes as the layer makes it.
 *
 * @param layer - What is applied to each `[batch, …]`.
 * @throws {ShapeError} for inputs of rank below 3, and masks that do not fit.
 * @example
 * const y = TimeDistributed(Dense(5))(Input({ shape: [10, 16] })); // y.shape → [null, 10, 5]
 * @see Keras `layers/rnn/time_distributed.py`
 */
export const TimeDistributed: TimeDistributedConstructor = callable<
  typeof TimeDistributedLayer,
  TimeDistributedConstructor
>(TimeDistributedLayer);
