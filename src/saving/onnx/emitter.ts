import type { DType } from "../../ir/dtypes.ts";
import { invariant } from "../../util/errors.ts";
import { type Constant, reshapeConstant, transposeConstant } from "./constant.ts";
import { GraphBuilder, int, ints } from "./graph-builder.ts";
import { type Attribute, elementTypes } from "./model-proto.ts";
import { fixed, fixedSize, formulaFor, isFixed, isOne, sameSize, sameSizes, type Size } from "./size.ts";
import { Unsupported } from "./unsupported.ts";
import { constantIn, constantValue, inverse, isConstant, normalPerm, padRank, type Value } from "./value.ts";

/** Writes values into a graph: layouts, sizes and dtypes. What primitives and ops become is in their tables. */
export class Emitter {
  readonly graph: GraphBuilder;
  /** In how many traces sizes are given. */
  readonly count: number;

  constructor(graph: GraphBuilder, count: number) {
    this.graph = graph;
    this.count = count;
  }

  /** An emitter for a graph inside this one. */
  inner(): Emitter {
    return new Emitter(new GraphBuilder(this.graph), this.count);
  }

  get one(): Size {
    return Array.from({ length: this.count }, () => 1);
  }

  // ── values

  /** A value whose tensor a node has made. */
  tensor(
    name: string,
    dtype: DType,
    stored: readonly Size[],
    {
      perm = null,
      shape,
    }: { readonly perm?: readonly number[] | null; readonly shape?: readonly Size[] } = {},
  ): Value {
    this.graph.offer(name, stored);
    return {
      dtype,
      source: name,
      stored,
      perm: perm === null ? null : normalPerm(perm),
      shape: shape ?? (perm === null ? stored : perm.map((axis) => stored[axis] ?? this.one)),
    };
  }

  constant(constant: Constant, shape?: readonly Size[]): Value {
    return constantValue(constant, shape ?? constant.shape.map((dim) => fixed(dim, this.one)), this.count);
  }

  /** The tensor as it is stored. */
  name({ source }: Value): string {
    return typeof source === "string" ? source : this.graph.constant(source);
  }

  /** The value with its axes in order; it may still be smaller where it repeats. */
  plain(value: Value): Value {
    const { perm } = value;
    if (perm === null) return value;
    const stored = perm.map((axis) => value.stored[axis] ?? this.one);
    const constant = constantIn(value);
    if (constant !== null) return { ...value, source: transposeConstant(constant, perm), stored, perm: null };
    const name = this.transpose(this.name(value), perm);
    this.graph.offer(name, stored);
    return { ...value, source: name, stored, perm: null };
  }

  transpose(name: string, perm: readonly number[]): string {
    if (normalPerm(perm) === null) return name;
    return this.graph.once(`transpose ${name} ${perm.join()}`, () =>
      this.graph.one("Transpose", [name], { perm: ints(perm) }),
    );
  }

  /** The value in full, with its axes in order: the tensor that the program has. */
  exact(value: Value): Value {
    const plain = this.plain(value);
    if (sameSizes(plain.stored, value.shape)) return plain;
    const constant = constantIn(plain);
    if (constant !== null && value.shape.every(isFixed) && product(value.shape) === product(plain.stored)) {
      const shape = value.shape.map((size) => size[0] ?? 0);
      return { ...plain, source: reshapeConstant(constant, shape), stored: value.shape };
    }
    const from = padRank(plain.stored, value.shape.length, this.one);
    // A target of 1 keeps what is there.
    const target = value.shape.map((size, i) => (sameSize(size, from[i] ?? this.one) ? this.one : size));
    const name = this.name(plain);
    const result = this.graph.once(`expand ${name} ${target.join("|")}`, () =>
      this.graph.one("Expand", [name, this.sizes(target)]),
    );
    return this.tensor(result, value.dtype, value.shape);
  }

  /** The name of the value in full. */
  full(value: Value): string {
    return this.name(this.exact(value));
  }

  /** The value stored so that `perm` leads from the tensor to it. */
  arranged(value: Value, perm: readonly number[]): Value {
    const rank = perm.length;
    const wanted = normalPerm(perm);
    if (value.stored.length === rank && String(value.perm) === String(wanted)) return value;
    const whole = value.perm === null || value.perm.length === rank ? value : this.plain(value);
    const from = padRank(whole.stored, rank, this.one);
    // tensor axis perm[i] ← value axis i ← stored axis whole.perm[i]
    const steps = inverse(perm).map((axis) => whole.perm?.[axis] ?? axis);
    const stored = steps.map((axis) => from[axis] ?? this.one);
    const constant = constantIn(whole);
    if (constant !== null) {
      const padded = reshapeConstant(
        constant,
        from.map((size) => size[0] ?? 1),
      );
      const source = normalPerm(steps) === null ? padded : transposeConstant(padded, steps);
      return { ...whole, source, stored, perm: wanted };
    }
    const missing = rank - whole.stored.length;
    const name = missing > 0 ? this.unsqueeze(this.name(whole), range(missing)) : this.name(whole);
    const result = this.transpose(name, steps);
    this.graph.offer(result, stored);
    return { ...whole, source: result, stored, perm: wanted };
  }

  /** The value in full, stored so that `perm` leads from the tensor to it. */
  exactIn(value: Value, perm: readonly number[]): Value {
    const arranged = value.stored.length === perm.length ? value : this.arranged(value, perm);
    const order = arranged.perm ?? range(perm.length);
    const wanted = order.map((_, place) => value.shape[order.indexOf(place)] ?? this.one);
    const whole = sameSizes(arranged.stored, wanted) ? arranged : this.exact(value);
    return this.arranged(whole, perm);
  }

  /** The value in full, in whatever order its axes are stored. */
  exactInOrder(value: Value): Value {
    return this.exactIn(value, this.ofFullRank(value).perm ?? range(value.shape.length));
  }

  /** The value with as many axes stored as it has, some of which may repeat. */
  ofFullRank(value: Value): Value {
    return value.stored.length === value.shape.length
      ? value
      : this.arranged(value, range(value.shape.length));
  }

  unsqueeze(name: string, axes: readonly number[]): string {
    return axes.length === 0 ? name : this.graph.one("Unsqueeze", [name, this.graph.integers(axes)]);
  }

  /** A value whose tensor has the given sizes in place of its own, in the same order of elements. */
  reshaped(value: Value, shape: readonly Size[]): Value {
    const exact = this.exact(value);
    return { ...this.reshapedAs(exact, shape), shape };
  }

  /** As `reshaped`, for the tensor as it is stored. */
  reshapedAs(value: Value, stored: readonly Size[]): Value {
    if (sameSizes(value.stored, stored)) return value;
    const constant = constantIn(value);
    if (constant !== null) {
      const shape = stored.map((size) => fixedSize(size) ?? 0);
      return { ...value, source: reshapeConstant(constant, shape), stored };
    }
    const hasEmpty = stored.some((size) => size.includes(0));
    const name = this.graph.one(
      "Reshape",
      [this.name(value), this.#target(stored, value.stored)],
      hasEmpty ? { allowzero: int(1) } : {},
    );
    return this.tensor(name, value.dtype, stored);
  }

  /** The second input of `Reshape`: 0 keeps an axis, −1 follows from the others. */
  #target(shape: readonly Size[], from: readonly Size[]): string {
    const hasEmpty = shape.some((size) => size.includes(0));
    const parts = shape.map((size, i) => {
      const known = fixedSize(size);
      if (known !== null) return known;
      return !hasEmpty && sameSize(size, from[i] ?? []) ? 0 : null;
    });
    const open = parts.filter((part) => part === null).length;
    if (open === 0) return this.graph.integers(parts.map((part) => part ?? 0));
    if (open === 1 && !hasEmpty) return this.graph.integers(parts.map((part) => part ?? -1));
    return this.sizes(shape);
  }

  // ── sizes

  /** A vector of int64 with the given sizes, known or not. */
  sizes(sizes: readonly Size[]): string {
    const known = sizes.map(fixedSize);
    if (known.every((size) => size !== null)) return this.graph.integers(known.map((size) => size ?? 0));
    if (sizes.length === 1 && sizes[0] !== undefined) return this.size(sizes[0]);
    return this.graph.once(`sizes ${sizes.join("|")}`, () =>
      this.graph.one(
        "Concat",
        sizes.map((size) => this.size(size)),
        { axis: int(0) },
      ),
    );
  }

  /** Whether a size can be computed where the graph runs. */
  hasFormula(size: Size): boolean {
    const known = this.graph.sources().map((source) => source.size);
    return isFixed(size) || formulaFor(size, known) !== null;
  }

  /** A vector of int64 with one size. */
  size(size: Size): string {
    const known = fixedSize(size);
    if (known !== null) return this.graph.integers([known]);
    return this.graph.once(`size ${size.join()}`, () => this.#computeSize(size));
  }

  #computeSize(size: Size): string {
    const sources = this.graph.sources();
    const formula = formulaFor(
      size,
      sources.map((source) => source.size),
    );
    const read = (of: Size): string => {
      const source = sources.find((candidate) => sameSize(candidate.size, of));
      invariant(source !== undefined, "a size without a source");
      return this.graph.once(`size ${of.join()}`, () =>
        this.graph.one("Shape", [source.name], { start: int(source.axis), end: int(source.axis + 1) }),
      );
    };
    const apply = (opType: string, a: string, b: number, neutral: number): string =>
      b === neutral ? a : this.graph.one(opType, [a, this.graph.integers([b])]);
    switch (formula?.kind) {
      case undefined:
        throw new Unsupported(`a size that depends on unknown sizes in a way that has no formula`);
      case "same":
        return read(formula.of);
      case "product":
        return apply("Mul", this.graph.one("Mul", [read(formula.a), read(formula.b)]), formula.factor, 1);
      case "linear": {
        const scaled = apply("Mul", read(formula.of), formula.factor, 1);
        return apply("Div", apply("Add", scaled, formula.offset, 0), formula.divisor, 1);
      }
    }
  }

  /** A scalar of a dtype with a size in it. */
  sizeAs(size: Size, dtype: DType): string {
    const vector = this.size(size);
    const scalar = this.graph.one("Reshape", [vector, this.graph.integers([])]);
    return this.cast(scalar, "int64", dtype);
  }

  // ── dtypes

  cast(name: string, from: DType, to: DType): string {
    return from === to ? name : this.graph.one("Cast", [name], { to: int(elementTypes[to]) });
  }

  /** A node with one output, its inputs in full and in one of the dtypes it takes; gives its name in the wanted dtype. */
  apply(
    opType: string,
    inputs: readonly Value[],
    types: readonly DType[],
    attributes: Readonly<Record<string, Attribute>> = {},
    extra: readonly string[] = [],
  ): string {
    const [first] = inputs;
    const dtype = first?.dtype ?? "float32";
    const within = computeType(opType, dtype, types);
    const names = inputs.map((value) => this.cast(this.full(value), value.dtype, within));
    return this.cast(this.graph.one(opType, [...names, ...extra], attributes), within, dtype);
  }

  /**
   * Brings operands of an element-wise operation into one order of axes: the one in which the largest is stored that is
   * not in the plain one. Gives the operands, and the order.
   */
  aligned(values: readonly Value[]): {
    readonly values: readonly Value[];
    readonly perm: readonly number[] | null;
  } {
    const rank = values[0]?.shape.length ?? 0;
    const leader = values.find(
      (value) => !isConstant(value) && value.perm !== null && value.perm.length === rank,
    );
    const perm = leader?.perm ?? null;
    if (perm === null) return { values: values.map((value) => this.plain(value)), perm };
    const arrange = (value: Value): Value =>
      value.stored.every(isOne) && value.stored.length === 0 ? value : this.arranged(value, perm);
    return { values: values.map(arrange), perm };
  }
}

function product(sizes: readonly Size[]): number {
  return sizes.reduce((total, size) => total * (size[0] ?? 1), 1);
}

export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

const wider: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["uint8", "int32", "int64", "float32"],
  int8: ["int16", "int32", "int64", "float32"],
  int16: ["int32", "int64", "float32"],
  int32: ["int64", "float64"],
  int64: [],
  uint8: ["uint16", "int32", "uint32", "int64", "float32"],
  uint16: ["int32", "uint32", "int64", "float32"],
  uint32: ["int64", "float64"],
  uint64: ["int64"],
  float16: ["float32", "float64"],
  bfloat16: ["float32", "float64"],
  float32: ["float64"],
  // ONNX Runtime has no kernels in double precision for some operators.
  float64: ["float32"],
};

/** The dtype in which an operator computes values of a dtype, of those that ONNX Runtime has kernels for. */
export function computeType(opType: string, dtype: DType, types: readonly DType[]): DType {
  if (types.includes(dtype)) return dtype;
  const found = wider[dtype].find((candidate) => types.includes(candidate));
  if (found === undefined) throw new Unsupported(`${opType} has no form for ${dtype}`);
  return found;
}
