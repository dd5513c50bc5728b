import * as p from "./core/primitives/index.ts";
import { formatShape } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Result } from "./core/op-types.ts";
import type { Operand } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";

/** `b (h w) ... c` → `[["b"], ["h", "w"], ["..."], ["c"]]`. */
function parseSide(pattern: string, side: string): string[][] {
  const tokens = side.match(/\([^()]*\)|\.\.\.|[^\s()]+/g) ?? [];
  if (tokens.join("").replaceAll(/\s/g, "") !== side.replaceAll(/\s/g, "")) {
    throw new OptionError(`ops.rearrange: "${pattern}": the brackets do not match.`);
  }
  return tokens.map((token) =>
    token.startsWith("(")
      ? token
          .slice(1, -1)
          .trim()
          .split(/\s+/)
          .filter((name) => name !== "")
      : [token],
  );
}

/** Replaces `...` by names for the axes that it stands for. */
function expand(groups: readonly string[][], rank: number): string[][] {
  const extra = rank - groups.filter((group) => group[0] !== "...").length;
  const names = Array.from({ length: Math.max(0, extra) }, (_, i) => `...${i}`);
  return groups.flatMap((group) =>
    group.length === 1 && group[0] === "..."
      ? names.map((name) => [name])
      : [group.flatMap((name) => (name === "..." ? names : [name]))],
  );
}

interface RearrangeArguments {
  readonly tensor: Tensor;
  readonly pattern: string;
  readonly axesLengths: Readonly<Record<string, number>>;
}

/**
 * Splits, joins and reorders axes by their names, as einops: `ops.rearrange(x, "b (h w) c -> b h w c", { h: 4 })`.
 *
 * @see Keras `ops.rearrange`
 */
export const rearrange: OpFunction<
  <X extends Operand>(tensor: X, pattern: string, axesLengths?: Readonly<Record<string, number>>) => Result<X>
> = defineOp(
  {
    name: "rearrange",
    module: "einops",
    args: { tensor: "tensor", pattern: "call", axesLengths: { kind: "call", default: {}, keywords: true } },
  },
  ({ tensor, pattern, axesLengths }: RearrangeArguments) => {
    const [left, right, more] = pattern.split("->");
    if (left === undefined || right === undefined || more !== undefined)
      throw new OptionError(`ops.rearrange: expected a pattern "… -> …", received "${pattern}".`);
    const rank = tensor.dims.length;
    const from = expand(parseSide(pattern, left), rank);
    if (from.length !== rank)
      throw new ShapeError(
        `ops.rearrange: "${pattern}" names ${from.length} axes, the tensor ${formatShape(tensor.shape)} has ${rank}.`,
      );
    const to = expand(parseSide(pattern, right), rank);
    const sizes = new Map<string, number>();
    from.forEach((group, i) => {
      const n = tensor.dims[i] ?? 0;
      const unknown = group.filter((name) => name !== "1" && axesLengths[name] === undefined);
      const known = group.reduce(
        (product, name) => product * (name === "1" ? 1 : (axesLengths[name] ?? 1)),
        1,
      );
      if (unknown.length > 1 || (unknown.length === 0 ? known !== n : n % known !== 0)) {
        throw new ShapeError(
          `ops.rearrange: "${pattern}": (${group.join(" ")}) does not make ${n} with ${JSON.stringify(axesLengths)}.`,
        );
      }
      for (const name of group) sizes.set(name, name === "1" ? 1 : (axesLengths[name] ?? n / known));
    });
    const source = from.flat().filter((name) => name !== "1");
    const target = to.flat().filter((name) => name !== "1");
    if (new Set(source).size !== source.length || source.toSorted().join() !== target.toSorted().join()) {
      throw new OptionError(`ops.rearrange: "${pattern}": both sides must have the same names, each once.`);
    }
    const split = p.reshape(
      tensor.traced,
      source.map((name) => sizes.get(name) ?? 1),
    );
    const moved = p.transpose(
      split,
      target.map((name) => source.indexOf(name)),
    );
    return wrap(
      p.reshape(
        moved,
        to.map((group) =>
          group.reduce((product, name) => product * (name === "1" ? 1 : (sizes.get(name) ?? 1)), 1),
        ),
      ),
    );
  },
);
