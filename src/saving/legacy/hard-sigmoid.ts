import { add, multiply } from "../../ops/arithmetic.ts";
import type { Value } from "../../ops/core/value.ts";
import { clip } from "../../ops/unary-math.ts";
import { registerKerasSerializable } from "../custom-objects.ts";

/** The name under which files written again have it; Keras 3 has no function of its own for it. */
export const keras2HardSigmoidName = "antler>keras2_hard_sigmoid";

/** What Keras 1 and 2 called `hard_sigmoid`: `0.2 · x + 0.5`, clipped to 0…1. Keras 3's has another slope. */
function keras2_hard_sigmoid(x: Value): unknown {
  return clip(add(multiply(x, 0.2), 0.5), 0, 1);
}

/** That function, registered under its name. */
export function keras2HardSigmoid(): (x: Value) => unknown {
  return registerKerasSerializable({ package: "antler" })(keras2_hard_sigmoid);
}
