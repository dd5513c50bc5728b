import type { ConstraintLike } from "../constraints/constraint.ts";
import type { InitializerLike } from "../initializers/initializer.ts";
import type { DType } from "../ir/dtypes.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import type { RegularizerLike } from "../regularizers/regularizer.ts";
import type { ParameterTable } from "../util/parameters.ts";
import type { CallArguments } from "./call-arguments.ts";
import type { DTypePolicyLike } from "./dtype-policy.ts";

/** Options that every layer takes. */
export interface LayerOptions<D extends DType = DType> {
  /** Default: the class's name in snake_case, numbered: `dense_1`. */
  readonly name?: string | null | undefined;
  /** Whether optimizers update the layer's weights. Default true. */
  readonly trainable?: boolean | undefined;
  /** Dtype or dtype policy. Default: the global policy, float32. */
  readonly dtype?: D | DTypePolicyLike;
  /** Whether float inputs are cast to the layer's compute dtype. Default true. */
  readonly autocast?: boolean | undefined;
  readonly activityRegularizer?: RegularizerLike | null | undefined;
  /** Shape of one sample, which makes a `Sequential` model that starts with this layer build at once. */
  readonly inputShape?: Shape | undefined;
}

/** Options that every layer call takes; layers add their own. */
export interface LayerCallOptions {
  /** True in training, false in inference; default: that of the enclosing call, else inference. */
  readonly training?: boolean | null | undefined;
  readonly mask?: unknown;
  readonly [name: string]: unknown;
}

export interface WeightOptions {
  /** Default `[]`. */
  readonly shape?: Shape | undefined;
  /** Default `"glorot_uniform"`; zeros for integers and bools. */
  readonly initializer?: InitializerLike | undefined;
  /** Default: the layer's variable dtype. */
  readonly dtype?: DType | undefined;
  readonly trainable?: boolean | undefined;
  readonly autocast?: boolean | undefined;
  /** Whether optimizers replace it by what stands in for its gradient. Default false. */
  readonly overwriteWithGradient?: boolean | undefined;
  readonly regularizer?: RegularizerLike | null | undefined;
  readonly constraint?: ConstraintLike | null | undefined;
  readonly name?: string | undefined;
}

/** What one of the options may be. */
export type WeightOption = WeightOptions[keyof WeightOptions];

/** What a layer's class may declare of itself, as static members. */
export interface LayerStatics {
  /** Name in files; default: the class's own name. */
  readonly className?: string;
  /** Private module of Keras that the class is in, where it is in no public one. */
  readonly module?: string;
  /** Name that groups of weights files go by, where it is another. */
  readonly groupName?: string;
  /** The constructor's parameters and defaults; `getConfig` is made from it. */
  readonly parameters?: ParameterTable;
  readonly callArguments?: CallArguments;
  /** Whether the first argument of `call` is a list of tensors. */
  readonly takesList?: boolean;
}
