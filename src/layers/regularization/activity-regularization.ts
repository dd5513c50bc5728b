import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { L1L2 } from "../../regularizers/index.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface ActivityRegularizationOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Factor of the absolute values. Default 0. */
  readonly l1?: number | undefined;
  /** Factor of the squares. Default 0. */
  readonly l2?: number | undefined;
}

class ActivityRegularizationLayer extends LayerBase {
  static readonly className = "ActivityRegularization";
  static readonly parameters: ParameterTable = { l1: 0, l2: 0 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly l1: number;
  readonly l2: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<ActivityRegularizationOptions>(
      "ActivityRegularization",
      ActivityRegularizationLayer.parameters,
      args,
    );
    const penalty = L1L2({ l1: given.l1 ?? 0, l2: given.l2 ?? 0 });
    super({ ...given, activityRegularizer: penalty });
    this.l1 = penalty.l1;
    this.l2 = penalty.l2;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor): Tensor {
    return inputs;
  }

  override getConfig(): Record<string, unknown> {
    // The penalty is made from l1 and l2.
    const { activityRegularizer: _, ...config } = super.getConfig();
    return config;
  }
}

export interface ActivityRegularization<D extends DType = DType>
  extends ActivityRegularizationLayer, LayerCall<SameRule<D>> {}

interface ActivityRegularizationKind extends LayerKind {
  readonly layer: ActivityRegularization<DTypeIn<this>>;
}

export interface ActivityRegularizationConstructor extends LayerConstructor<
  ActivityRegularizationKind,
  ActivityRegularizationOptions,
  [l1: "l1", l2: "l2"]
> {}

/**
 * Adds a penalty on its input's values to the loss: `l1 · Σ |x| + l2 · Σ x²`, averaged over the batch; passes them on.
 *
 * @throws {OptionError} when a factor is negative.
 * @see Keras `layers/regularization/activity_regularization.py`
 */
export const ActivityRegularization: ActivityRegularizationConstructor = callable<
  typeof ActivityRegularizationLayer,
  ActivityRegularizationConstructor
>(ActivityRegularizationLayer);
