// The same imports as vgg19.ts and a graph of one layer: what is counted here, a large graph does not cost.
import { Conv2D, Dense, Flatten, Input, MaxPooling2D } from "../../../src/layers/index.ts";
import type { KerasTensor } from "../../../src/graph/keras-tensor.ts";

export const output: KerasTensor = Dense(1)(Input({ shape: [1] }));
void [Conv2D, Flatten, MaxPooling2D];
