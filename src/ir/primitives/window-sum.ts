import { evaluatePool, inferPool, poolSamples, type WindowParams } from "../pooling.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const windowSumPrimitive: Primitive<WindowParams> = {
  name: "windowSum",
  infer: ([x], params) => inferPool("windowSum", x, params),
  evaluate: ([x], params) => evaluatePool("windowSum", x, params, 0, (a, b) => a + b),
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x], params, p }) => (g && x ? [p.windowSumGrad(g, x.shape, params)] : []),
  samples: () => poolSamples(),
};

/** Sum over a window that moves along the spatial axes of `[batch, …spatial, channels]`; padding counts as 0. */
export function windowSum(x: Var, { window, strides, padding, dilation }: WindowParams): Var {
  return emitOne(windowSumPrimitive, [x], { window, strides, padding, dilation });
}
