import { broadcastShapes, formatShape } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { map } from "./loops.ts";
import { type TensorInput, toValue } from "./core/convert.ts";
import { Tensor } from "./core/tensor.ts";
import { broadcastTo, reshape } from "./shape.ts";

export interface VectorizeOptions {
  /** Places of arguments that are passed on as they are. */
  readonly excluded?: readonly number[] | null;
  /** Axes that the function works on, such as `"(n),(n,m)->(m)"`; without it the function works on single elements. */
  readonly signature?: string | null;
}

/** Numbers of axes of the arguments, from `(n),(n,m)->(m)`. */
function ranksOf(signature: string): number[] {
  const [left] = signature.replaceAll(/\s/g, "").split("->");
  const groups = left?.match(/\([^()]*\)/g);
  if (groups === null || groups === undefined)
    throw new OptionError(
      `ops.vectorize: expected a signature such as "(n),(n)->()", received "${signature}".`,
    );
  return groups.map((group) => (group === "()" ? 0 : group.split(",").length));
}

/** A function of single elements (or, by its signature, of parts) as one of whole tensors that broadcast. @see Keras `ops.vectorize` */
export function vectorize(
  f: (...args: Tensor[]) => Tensor | readonly Tensor[],
  options: VectorizeOptions = {},
): (...args: TensorInput[]) => Tensor | readonly Tensor[] {
  checkOptions("ops.vectorize", options, ["excluded", "signature"]);
  const ranks =
    options.signature === null || options.signature === undefined ? null : ranksOf(options.signature);
  const excluded = new Set(options.excluded ?? []);
  return (...args) => {
    const tensors = args.map((arg) => {
      const value = toValue(arg);
      if (!(value instanceof Tensor))
        throw new OptionError("ops.vectorize: symbolic tensors are not supported; use ops.vectorizedMap.");
      return value;
    });
    const mapped = tensors.filter((_, i) => !excluded.has(i));
    if (ranks !== null && ranks.length !== mapped.length) {
      throw new OptionError(
        `ops.vectorize: the signature names ${ranks.length} arguments, ${mapped.length} were given.`,
      );
    }
    const cores = mapped.map((x, i) => {
      const rank = ranks?.[i] ?? 0;
      if (rank > x.dims.length)
        throw new ShapeError(
          `ops.vectorize: expected an argument of at least ${rank} axes, received shape ${formatShape(x.shape)}.`,
        );
      return x.dims.slice(x.dims.length - rank);
    });
    const batch = mapped
      .map((x, i) => x.dims.slice(0, x.dims.length - (cores[i]?.length ?? 0)))
      .reduce<readonly number[]>((a, b) => broadcastShapes(a, b, "ops.vectorize"), []);
    const count = batch.reduce((a, b) => a * b, 1);
    const rows = mapped.map((x, i) =>
      reshape(broadcastTo(x, [...batch, ...(cores[i] ?? [])]), [count, ...(cores[i] ?? [])]),
    );
    const results = map<Tensor[], Tensor | readonly Tensor[]>((parts) => {
      const queue = [...parts];
      return f(...tensors.map((x, i) => (excluded.has(i) ? x : (queue.shift() ?? x))));
    }, rows);
    const restore = (y: Tensor): Tensor => reshape(y, [...batch, ...y.dims.slice(1)]);
    return results instanceof Tensor ? restore(results) : results.map(restore);
  };
}
