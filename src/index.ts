/** Antler: Keras's functional API in TypeScript. */
import "./at-hand.ts";
import "./models/quantize-methods.ts";
import "./ops/methods.ts";
import "./util/read-constructors.ts";

export { Input } from "./layers/core/input-layer.ts";
export { Model } from "./models/model.ts";
export { Sequential } from "./models/sequential.ts";
export { GraphFunction as Function } from "./models/function.ts";
export { Operation } from "./models/custom-operation.ts";
export { Layer } from "./graph/layer.ts";
export { Tensor } from "./ops/core/tensor.ts";
export { KerasTensor } from "./graph/keras-tensor.ts";
export { Variable } from "./graph/variable.ts";
export { tensor } from "./tensor.ts";
export { Dataset } from "./data/dataset.ts";
export { Initializer } from "./initializers/index.ts";
export { Loss } from "./losses/index.ts";
export { Metric } from "./metrics/index.ts";
export { Quantizer } from "./quantizers/quantizer.ts";
export { Optimizer } from "./optimizers/index.ts";
export { Regularizer } from "./regularizers/index.ts";
export { DTypePolicy } from "./namespaces/dtype-policy.ts";
export { InputSpec } from "./namespaces/input-spec.ts";
export { device } from "./backend/device.ts";
export { nameScope, type NameScopeOptions } from "./graph/name-scope.ts";
export { remat } from "./graph/remat.ts";
export { RematScope, type RematMode, type RematScopeOptions } from "./graph/remat-scope.ts";
export { version } from "./util/version.ts";
export { setRandomSeed } from "./utils/session.ts";
export { grad, valueAndGrad } from "./training/gradient.ts";
export {
  AntlerError,
  DataError,
  DeviceError,
  DTypeError,
  FormatError,
  OptionError,
  ShapeError,
} from "./util/errors.ts";
export * as activations from "./namespaces/activations.ts";
export * as applications from "./applications/index.ts";
export * as callbacks from "./callbacks/index.ts";
export * as config from "./namespaces/config.ts";
export * as constraints from "./namespaces/constraints.ts";
export * as datasets from "./datasets/index.ts";
export * as distillation from "./models/distillation/index.ts";
export * as dtypePolicies from "./namespaces/dtype-policies.ts";
export * as initializers from "./namespaces/initializers.ts";
export * as layers from "./namespaces/layers.ts";
export * as losses from "./namespaces/losses.ts";
export * as metrics from "./namespaces/metrics.ts";
export * as mixedPrecision from "./namespaces/mixed-precision.ts";
export * as models from "./namespaces/models.ts";
export * as ops from "./ops/index.ts";
export * as optimizers from "./namespaces/optimizers.ts";
export * as preprocessing from "./utils/preprocessing.ts";
export * as quantizers from "./namespaces/quantizers.ts";
export * as random from "./namespaces/random.ts";
export * as regularizers from "./namespaces/regularizers.ts";
export * as saving from "./saving/index.ts";
export * as tree from "./namespaces/tree.ts";
export * as utils from "./utils/index.ts";
export * as visualization from "./namespaces/visualization.ts";
export type { DType } from "./ir/dtypes.ts";
export type { Shape } from "./ir/shape-types/index.ts";
