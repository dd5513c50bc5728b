import { makeTensor } from "../../src/ops/core/convert.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import * as ops from "../../src/ops/index.ts";
import { isPlainObject } from "../../src/util/options.ts";
import type { GoldenTensor } from "./golden.ts";

/** One call of an op in the corpus: arguments and results as Keras has them. */
export interface OpCase {
  readonly op: string;
  readonly tag?: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly output: unknown;
  readonly symbolic?: unknown;
  readonly grads?: {
    readonly cotangents: readonly GoldenTensor[];
    readonly inputs: readonly (GoldenTensor | null)[];
  };
}

type AnyFunction = (...args: unknown[]) => unknown;

const camel = (name: string): string =>
  name.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const groups: Readonly<Record<string, object>> = { ...ops };

/** `nn.max_pool` → `ops.maxPool`, `image.resize` → `ops.image.resize`. */
function functionOf(op: string): AnyFunction {
  const [group, name = group] = op.split(".");
  const home = group === "image" ? (groups["image"] ?? {}) : ops;
  const f: unknown = Reflect.get(home, camel(name ?? op));
  if (typeof f !== "function") throw new Error(`ops.${camel(op)} does not exist`);
  return f as AnyFunction; // SAFETY: a function, checked above
}

/** A decoded tensor of the corpus. */
export const isGolden: (value: unknown) => value is GoldenTensor = (value): value is GoldenTensor =>
  isPlainObject(value) && "values" in value && "shape" in value;

/** Replaces what JSON has no form for, and tensors by what `make` gives for them. */
function decode(value: unknown, make: (tensor: GoldenTensor) => unknown): unknown {
  if (isGolden(value)) return make(value);
  if (Array.isArray(value)) return value.map((child) => decode(child, make));
  if (!isPlainObject(value)) return value;
  if ("$float" in value) return Number(value["$float"]);
  if ("$ellipsis" in value) return "...";
  if (Array.isArray(value["$slice"])) {
    const [start, stop, step] = value["$slice"] as (number | null)[]; // SAFETY: the corpus's form of a slice
    return { start, stop, step };
  }
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [camel(key), decode(child, make)]));
}

/** The tensors of floats among a case's arguments, in their order. */
export function floatsIn(value: unknown): GoldenTensor[] {
  if (isGolden(value)) return value.dtype.startsWith("float") ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(floatsIn);
}

/** A tensor of the corpus as one of the product. */
export const toTensor: (golden: GoldenTensor) => Tensor = ({ values, shape, dtype }) =>
  makeTensor(Float64Array.from(values), { shape, dtype: dtype as DType }); // SAFETY: the corpus's dtypes are ours

/** Calls the op of a case, with what `make` gives for its tensors. */
export function callOp({ op, args, kwargs }: OpCase, make: (tensor: GoldenTensor) => unknown): unknown {
  const given = args.map((arg) => decode(arg, make));
  const options = decode(kwargs, make);
  return functionOf(op)(...given, ...(Object.keys(kwargs).length > 0 ? [options] : []));
}
