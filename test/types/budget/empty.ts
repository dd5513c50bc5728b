// The same imports as vgg19.ts and no graph: what is counted here, the graph does not cost.
import { Conv2D, MaxPooling2D } from "../stub-layers.ts";
import { Dense, Flatten, Input } from "../stubs.ts";

void [Conv2D, MaxPooling2D, Dense, Flatten, Input];
