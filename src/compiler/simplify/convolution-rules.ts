import type { ConvParams } from "../../ir/convolution.ts";
import type { ConvInputGradParams } from "../../ir/primitives/conv.ts";
import type { PadParams } from "../../ir/primitives/pad.ts";
import type { SliceParams } from "../../ir/primitives/slice.ts";
import type { Var } from "../../ir/program.ts";
import type { Rewriter, Rule, RuleTable } from "./rewriter.ts";

/** How far zeros pad the spatial axes of an array `[batch, …spatial, channels]`; null for other padding. */
function spatialPadding(
  r: Rewriter,
  x: Var | undefined,
): { source: Var; padding: (readonly [number, number])[] } | null {
  const pad = r.match(x, "pad");
  const [source] = pad?.inputs ?? [];
  if (pad === null || source === undefined) return null;
  const { value, low, high, interior } = pad.params as PadParams; // SAFETY: the parameters of `pad`
  const padding = low.map((n, i) => [n, high[i] ?? 0] as const);
  const [batch, channels] = [padding[0], padding.at(-1)];
  const isSpatial = [batch, channels].every((pair) => pair?.[0] === 0 && pair[1] === 0);
  const isPlain = value === 0 && interior.every((n) => n === 0) && [...low, ...high].every((n) => n >= 0);
  return isSpatial && isPlain ? { source, padding: padding.slice(1, -1) } : null;
}

function widened(params: ConvParams, by: readonly (readonly [number, number])[]): ConvParams {
  return {
    ...params,
    padding: params.padding.map(([low, high], i) => [low + (by[i]?.[0] ?? 0), high + (by[i]?.[1] ?? 0)]),
  };
}

/** Convolutions pad by themselves. For `conv` and `convFilterGrad`, whose first input is the convolution's. */
const padded: Rule = (r, [x, other], params, _, primitive) => {
  const found = spatialPadding(r, x);
  if (found === null || other === undefined) return null;
  return r.apply(primitive, [found.source, other], widened(params as ConvParams, found.padding)); // SAFETY: of the convolutions
};

/** The gradient of what was padded, without that of the padding. */
const croppedGradient: Rule = (r, [x], params) => {
  const gradient = r.match(x, "convInputGrad");
  if (gradient === null || x === undefined) return null;
  const { start, limit, strides } = params as SliceParams; // SAFETY: the parameters of `slice`
  const cut = x.shape.map((dim, i) => [start[i] ?? 0, dim - (limit[i] ?? 0)] as const);
  const isSpatial = [cut[0], cut.at(-1)].every((pair) => pair?.[0] === 0 && pair[1] === 0);
  if (!isSpatial || strides.some((stride) => stride !== 1)) return null;
  const old = gradient.params as ConvInputGradParams; // SAFETY: the parameters of `convInputGrad`
  const inputShape = x.shape.map((_, i) => (limit[i] ?? 0) - (start[i] ?? 0));
  return r.apply(gradient.primitive, gradient.inputs, { ...widened(old, cut.slice(1, -1)), inputShape });
};

/** Rules for convolutions, and for slices of what they give. */
export const convolutionRules: RuleTable = {
  conv: padded,
  convFilterGrad: padded,
  slice: croppedGradient,
};
