import { gradients } from "../../src/compiler/gradient/gradients.ts";
import * as p from "../../src/ops/core/primitives/index.ts";
import type { Vars } from "../../src/ir/branches.ts";
import { type Program, ProgramBuilder, type Var, withBuilder } from "../../src/ir/program.ts";
import type { Choose } from "./random-program.ts";

const [batch, features, units, steps, blocks] = [3, 4, 5, 6, 3];

/** The weights of a recurrent step. */
interface Weights {
  readonly kernel: Var;
  readonly recurrent: Var;
  readonly bias: Var;
}

function addBias(x: Var, bias: Var): Var {
  return p.add(x, p.broadcast(bias, x.shape, [1]));
}

/** One step of a recurrent network, of a kind that the decisions choose: `[b, u], [b, f] → [b, u]`. */
function step(choose: Choose, h: Var, x: Var, { kernel, recurrent, bias }: Weights): Var {
  const weights = choose(3) === 0 ? p.tanh(kernel) : kernel;
  const input = choose(3) === 0 ? p.mul(x, p.fullLike(x, 0.5)) : x;
  const z = addBias(p.add(p.matmul(input, weights), p.matmul(h, recurrent)), bias);
  if (choose(2) === 0) return p.tanh(z);
  // Gates: two halves of a wider product.
  const wide = p.matmul(h, p.concat([recurrent, recurrent], 1));
  const gate = p.logistic(p.slice(wide, [0, 0], [batch, units]));
  const other = p.slice(wide, [0, units], [batch, 2 * units]);
  return p.tanh(p.add(p.mul(gate, z), p.mul(h, other)));
}

/** `p.scan` over all slices or over some of them, in one loop or in two loops inside each other. */
function loop<const C extends readonly Var[], const Y extends readonly Var[]>(
  choose: Choose,
  body: (carry: Vars<C>, slices: readonly Var[]) => { readonly carry: Vars<C>; readonly ys: Y },
  init: C,
  xs: Var,
): { readonly carry: Vars<C>; readonly ys: Vars<Y> } {
  const reverse = choose(2) === 0;
  const some = (length: number): Var | null =>
    choose(2) === 0
      ? null
      : p.literal(Int32Array.of(choose(length + 1) - 1, choose(length + 2)), [2], "int32");
  if (choose(2) === 0) return p.scan(body, init, [xs], { length: steps, reverse, range: some(steps) });
  const inBlocks = { length: blocks, reverse: choose(2) === 0, range: some(blocks) };
  const size = steps / blocks;
  const block = p.reshape(xs, [blocks, size, ...xs.shape.slice(1)]);
  const inner = { length: size, reverse, range: some(size) };
  const { carry, ys } = p.scan(
    (before: Vars<C>, [slices]) => p.scan(body, before as unknown as C, [slices], inner), // SAFETY: one Var each
    init,
    [block],
    inBlocks,
  );
  const whole = ys.map((y) => p.reshape(y, [steps, ...y.shape.slice(2)]));
  return { carry, ys: whole as unknown as Vars<Y> }; // SAFETY: one for each
}

/** A recurrent network over a few steps, and (mostly) its gradients. */
export function randomLoop(choose: Choose): Program {
  const builder = new ProgramBuilder();
  const shapes = [[steps, batch, features], [batch, units], [features, units], [units, units], [units]];
  const values = shapes.map((shape) => builder.input({ shape, dtype: "float32" }));
  const [xs, h0, kernel, recurrent, bias] = values;
  if (!xs || !h0 || !kernel || !recurrent || !bias) throw new Error("five inputs");
  return withBuilder(builder, () => {
    const fixed = choose(2) === 0;
    const { carry, ys } = loop(
      choose,
      ([h, total], [x]) => {
        if (x === undefined) throw new Error("one array");
        const next = step(choose, h, x, { kernel, recurrent, bias });
        const seen =
          choose(2) === 0
            ? next
            : p.matmul(next, kernel.shape[0] === units ? kernel : p.swapLastAxes(kernel));
        const sum = fixed ? total : p.add(total, p.reduceSum(next, [0]));
        return { carry: [next, sum], ys: [seen, p.matmul(x, kernel)] };
      },
      [h0, bias],
      xs,
    );
    const results = [...carry, ...ys].filter(() => choose(3) > 0);
    const outputs = results.length > 0 ? results : [carry[0]];
    if (choose(4) === 0) return builder.finish(outputs);
    const squares = outputs.map((value) => p.mul(value, value));
    const wanted = values.filter(() => choose(3) > 0);
    const found = gradients(
      builder,
      squares,
      squares.map((value) => p.fullLike(value, 0.5)),
      wanted,
    );
    return builder.finish([...outputs, ...found.filter((value) => value !== null)]);
  });
}
