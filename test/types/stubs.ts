import { LayerBase } from "../../src/graph/layer-base.ts";
import type { LayerCallOptions as CallOptions, LayerOptions } from "../../src/graph/layer-base.ts";
import type { KerasTensor } from "../../src/graph/keras-tensor.ts";
import type { LayerCall } from "../../src/graph/layer.ts";
import type { ConcreteFamily, Tensor } from "../../src/ops/core/tensor.ts";

export { Dense } from "../../src/layers/core/dense.ts";
export { Input } from "../../src/layers/core/input-layer.ts";
export { Add, add } from "../../src/layers/merging/index.ts";
export { Flatten } from "../../src/layers/reshaping/index.ts";
export { Model } from "../../src/models/model.ts";
export { Layer } from "../../src/graph/layer.ts";
export { LayerBase };
export type { CallOptions, ConcreteFamily, KerasTensor, LayerCall, LayerOptions, Tensor };
