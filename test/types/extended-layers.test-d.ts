// Built-in layers may be extended, and made with any settings.
import { Input, layers, losses, metrics } from "../../src/index.ts";
import type { KerasTensor } from "../../src/graph/keras-tensor.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";

class Same extends layers.Conv2D {
  constructor(filters: number) {
    super(filters, 3, { padding: "same", strides: 2, dataFormat: "channels_last", dilationRate: 1 });
  }
}

class Wide extends layers.Dense {
  constructor() {
    super(3, { activation: "relu" });
  }
}

class Sequences extends layers.LSTM {
  constructor() {
    super(3, { returnSequences: true, goBackwards: true });
  }
}

class Threes extends layers.MaxPooling2D {
  constructor() {
    super(3, 2, "same");
  }
}

class Kept extends layers.GlobalAveragePooling2D {
  constructor() {
    super({ keepdims: true });
  }
}

class Joined extends layers.Concatenate {
  constructor() {
    super({ axis: 1 });
  }
}

class Summed extends layers.Bidirectional {
  constructor() {
    super(layers.LSTM(3), { mergeMode: "sum" });
  }
}

class Larger extends layers.UpSampling2D {
  constructor() {
    super(3, { interpolation: "bilinear" });
  }
}

class Padded extends layers.ZeroPadding2D {
  constructor() {
    super(2);
  }
}

class Words extends layers.Embedding {
  constructor() {
    super(10, 4, { maskZero: true });
  }
}

class Shaped extends layers.Reshape {
  constructor() {
    super([2, 2]);
  }
}

const image = Input({ shape: [8, 8, 3] });
const features: KerasTensor = new Same(4)(image);
const pooled: KerasTensor = new Kept()(new Padded()(new Larger()(new Threes()(features))));
const sequence: KerasTensor = new Sequences()(new Words()(Input({ shape: [5] })));
const all: KerasTensor = new Joined()([new Summed()(sequence), new Wide()(Input({ shape: [2] }))]);
new Shaped()(Input({ shape: [4] }));
export { all, pooled };
// @ts-expect-error - no such padding
new layers.Conv2D(3, 3, { padding: "smae" });

export class Counted extends metrics.FalseNegatives {}
export class Bounded extends metrics.PrecisionAtRecall {}
export class Wrapped extends losses.LossFunctionWrapper {}

export class Rectified extends layers.Dense {
  override call(inputs: Tensor): Tensor {
    return super.call(inputs).relu();
  }
}
