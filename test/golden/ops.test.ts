import { describe, expect, it } from "vitest";
import { setBackend } from "../../src/backend/index.ts";
import { KerasTensor } from "../../src/graph/keras-tensor.ts";
import { Operation } from "../../src/graph/operation.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import { vjp } from "../../src/ops/gradient.ts";
import * as ops from "../../src/ops/index.ts";
import { isPlainObject } from "../../src/util/options.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, goldenFiles, readGolden } from "../support/golden.ts";

interface Case {
  readonly op: string;
  readonly tag?: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly output: unknown;
  readonly symbolic?: unknown;
  readonly grads?: { readonly cotangents: readonly GoldenTensor[]; readonly inputs: readonly (GoldenTensor | null)[] };
}

type AnyFunction = (...args: unknown[]) => unknown;

const camel = (name: string): string => name.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const groups: Readonly<Record<string, object>> = { ...ops };

/** `nn.max_pool` → `ops.maxPool`, `image.resize` → `ops.image.resize`. */
function functionOf(op: string): AnyFunction {
  const [group, name = group] = op.split(".");
  const home = group === "image" ? (groups["image"] ?? {}) : ops;
  const f: unknown = Reflect.get(home, camel(name ?? op));
  if (typeof f !== "function") throw new Error(`ops.${camel(op)} does not exist`);
  return f as AnyFunction; // SAFETY: a function, checked above
}

const isGolden = (value: unknown): value is GoldenTensor => isPlainObject(value) && "values" in value && "shape" in value;

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

const toTensor = ({ values, shape, dtype }: GoldenTensor): Tensor => makeTensor(Float64Array.from(values), { shape, dtype: dtype as DType }); // SAFETY: the corpus's dtypes are ours

function call({ op, args, kwargs }: Case, make: (tensor: GoldenTensor) => unknown): unknown {
  const given = args.map((arg) => decode(arg, make));
  const options = decode(kwargs, make);
  const isRearranged = op === "rearrange";
  return functionOf(op)(...given, ...(Object.keys(kwargs).length > 0 || isRearranged ? [options] : []));
}

function compare(actual: unknown, expected: unknown, symbolic: unknown, kind: "op" | "grad", path: string): void {
  if (isGolden(expected)) {
    if (typeof actual === "number") return expectClose([actual], expected.values, tolerance("float32", kind), path);
    if (!(actual instanceof Tensor)) throw new Error(`${path}: expected a tensor, received ${String(actual)}`);
    // 64-bit results are those of PyTorch; Keras's own rule, which the symbolic dtype shows, has 32 bits.
    const dtype = isGolden(symbolic) || (isPlainObject(symbolic) && "dtype" in symbolic) ? String(symbolic["dtype" as keyof typeof symbolic]) : expected.dtype;
    if (expected.dtype !== dtype) expect([dtype, expected.dtype], path).toContain(actual.dtype);
    else if (expected.dtype !== "float64") expect(actual.dtype, path).toBe(expected.dtype);
    const values = { values: Array.from(toNumbers(actual.dataSync(), actual.dtype)), shape: actual.dims };
    return expectClose(values, expected, tolerance(expected.dtype, kind), path);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) throw new Error(`${path}: expected ${expected.length} results, received ${String(actual)}`);
    return expected.forEach((child, i) => compare(actual[i], child, Array.isArray(symbolic) ? symbolic[i] : undefined, kind, `${path}[${i}]`));
  }
  if (typeof expected === "number" && actual instanceof Tensor) return expectClose([actual.item()], [expected], tolerance("float32", kind), path);
  expect(actual, path).toEqual(expected);
}

/** The operation that made the symbolic inputs. */
class Origin extends Operation {
  constructor() {
    super("Origin", null);
  }
  override get className(): string {
    return "Origin";
  }
  override invoke(): never {
    throw new Error("not called");
  }
  override runNode(): never {
    throw new Error("not run");
  }
}

const origin = new Origin();

function toSymbolic({ shape, dtype }: GoldenTensor): KerasTensor {
  const tensor = new KerasTensor(shape, { dtype: dtype as DType }); // SAFETY: as toTensor
  tensor.history = { operation: origin, nodeIndex: 0, tensorIndex: 0 };
  return tensor as KerasTensor; // SAFETY: any shape and dtype
}

function specOf(value: unknown): unknown {
  if (value instanceof KerasTensor || value instanceof Tensor) return { shape: [...value.shape], dtype: value.dtype };
  return Array.isArray(value) ? value.map(specOf) : value;
}

/** All float tensors among the arguments, in their order. */
function floatsIn(value: unknown, found: GoldenTensor[] = []): GoldenTensor[] {
  if (isGolden(value)) {
    if (value.dtype.startsWith("float")) found.push(value);
  } else if (Array.isArray(value)) for (const child of value) floatsIn(child, found);
  else if (isPlainObject(value)) for (const child of Object.values(value)) floatsIn(child, found);
  return found;
}

function checkGradients(test: Case, grads: NonNullable<Case["grads"]>): void {
  const floats = floatsIn([test.args, test.kwargs]);
  const { gradients } = vjp(
    (...values) => {
      const made = new Map(floats.map((golden, i) => [golden, values[i]]));
      const outputs = call(test, (golden) => made.get(golden) ?? toTensor(golden));
      const list = (Array.isArray(outputs) ? outputs : [outputs]) as Tensor[]; // SAFETY: ops give tensors
      return list.filter(({ dtype }) => dtype.startsWith("float"));
    },
    floats.map(toTensor),
    grads.cotangents.map(toTensor),
  );
  grads.inputs.forEach((expected, i) => {
    if (expected !== null) compare(gradients[i], expected, undefined, "grad", `gradient of input ${i}`);
  });
}

/** Cases in which Keras on PyTorch is wrong or says something else than its own symbolic rule. */
const departures: Readonly<Record<string, string>> = {};

setBackend("reference");

describeGolden("ops against Keras", () => {
  const files = goldenFiles("ops", ".json").filter((name) => !name.includes("failed") && name !== "control.json");
  for (const file of files) {
    describe(file.replace(".json", ""), () => {
      const { cases } = readGolden<{ readonly cases: readonly Case[] }>(`ops/${file}`);
      cases.forEach((test, i) => {
        const name = `${i} ${test.op}${test.tag === undefined ? "" : ` ${test.tag}`}`;
        const departure = departures[`${file}#${i}`];
        it.skipIf(departure !== undefined)(`${name}: output`, () => {
          compare(call(test, toTensor), test.output, test.symbolic, "op", "output");
        });
        const { grads, symbolic } = test;
        if (grads !== undefined) it(`${name}: gradient`, () => checkGradients(test, grads));
        if (symbolic !== undefined && !JSON.stringify(symbolic).includes("error")) {
          it(`${name}: symbolic`, () => {
            expect(specOf(call(test, toSymbolic))).toEqual(symbolic);
          });
        }
      });
    });
  }
});
