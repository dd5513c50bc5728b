import {
  type CumulativeOptions,
  type CumulativeParams,
  cumulativeSamples,
  evaluateCumulative,
  inferCumulative,
} from "../cumulative.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { scan } from "./scan.ts";

export const cumProdPrimitive: Primitive<CumulativeParams> = {
  name: "cumProd",
  infer: ([x], params) => inferCumulative("cumProd", x, params),
  lowering: { kind: "structured" },
  // With t = Σ over later results: t_i = g_i + x_{i+1}·t_{i+1}, dx_i = (x_0⋯x_{i−1})·t_i. No division, so zeros are no exception.
  vjp: ([g], { inputs: [x], params: { axis, reverse, exclusive }, p }) => {
    if (!g || !x) return [];
    const front = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
    const back = front.map((_, i) => front.indexOf(i));
    // The axis leads, running in the direction of the products.
    const turn = (value: Var): Var =>
      reverse ? p.reverse(p.transpose(value, front), [0]) : p.transpose(value, front);
    const factors = turn(x);
    const given = turn(g);
    const length = factors.shape[0] ?? 0;
    if (length === 0) return [g];
    const rest = factors.shape.slice(1);
    const edge = rest.map(() => 0);
    // Moves the elements one place towards the front; the last one becomes `fill`.
    const shift = (value: Var, fill: number): Var => p.pad(value, fill, [-1, ...edge], [1, ...edge]);
    // An exclusive result i + 1 is the inclusive result i.
    const incoming = exclusive ? shift(given, 0) : given;
    const {
      ys: [totals],
    } = scan(
      ([total], [gradient, factor]) => {
        const next = p.add(gradient, p.mul(factor, total));
        return { carry: [next], ys: [next] };
      },
      [p.full(0, rest, x.dtype)],
      [incoming, shift(factors, 1)],
      { length, reverse: true },
    );
    const result = p.mul(cumProd(factors, 0, { exclusive: true }), totals);
    return [p.transpose(reverse ? p.reverse(result, [0]) : result, back)];
  },
  samples: () => [
    ...cumulativeSamples(0.5, 1.5),
    {
      inputs: [{ shape: [2, 4], dtype: "float32", values: [1, 0, 3, 2, 0, 2, 0, 4] }],
      params: { axis: 1, reverse: false, exclusive: false },
    },
  ],
};

/** The meaning of `cumProd`, in double precision. */
export const cumProdMeaning: Meaning<CumulativeParams> = ([x], params) =>
  evaluateCumulative(x, params, 1, (a, b) => a * b);

/** Running products along an axis. */
export function cumProd(
  x: Var,
  axis: number,
  { reverse = false, exclusive = false }: CumulativeOptions = {},
): Var {
  return emitOne(cumProdPrimitive, [x], { axis, reverse, exclusive });
}
