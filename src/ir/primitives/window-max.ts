import { lowest } from "../dtype-range.ts";
import { evaluatePool, inferPool, poolSamples, type WindowParams } from "../pooling.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { windowMaxGrad } from "./window-max-grad.ts";

export const windowMaxPrimitive: Primitive<WindowParams> = {
  name: "windowMax",
  infer: ([x], params) => inferPool("windowMax", x, params),
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x], params }) => (g && x ? [windowMaxGrad(x, g, params)] : []),
  samples: () => poolSamples(),
};

/** The meaning of `windowMax`, in double precision. */
export const windowMaxMeaning: Meaning<WindowParams> = ([x], params) =>
  evaluatePool("windowMax", x, params, lowest(x?.dtype ?? "float32"), Math.max);

/** Maximum over a window that moves along the spatial axes of `[batch, …spatial, channels]`; padding never wins. */
export function windowMax(x: Var, { window, strides, padding, dilation }: WindowParams): Var {
  return emitOne(windowMaxPrimitive, [x], { window, strides, padding, dilation });
}
