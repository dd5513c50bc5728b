import type { DType } from "../../../ir/dtypes.ts";
import { isFloat } from "../../../ir/dtypes.ts";
import type { Program } from "../../../ir/program.ts";
import { computeType, type Emitter } from "../emitter.ts";
import { int, ints } from "../graph-builder.ts";
import type { Attribute, OnnxValueInfo } from "../model-proto.ts";
import { flagParam, input, numberParam, result, type Rule, type Site } from "../site.ts";
import { fixedSize, type Size } from "../size.ts";
import { Unsupported } from "../unsupported.ts";
import type { Value } from "../value.ts";

/** A graph inside a node: its inputs are declared as they are made, its outputs as they are returned. */
class Body {
  readonly e: Emitter;
  readonly #inputs: OnnxValueInfo[] = [];

  constructor(outer: Emitter) {
    this.e = outer.inner();
  }

  input(name: string, dtype: DType, shape: readonly Size[]): Value {
    const fresh = this.e.graph.fresh(name);
    const sizes = shape.map(fixedSize);
    const known = sizes.flatMap((size) => size ?? []);
    this.#inputs.push({ name: fresh, dtype, shape: known.length === sizes.length ? known : null });
    return this.e.tensor(fresh, dtype, shape);
  }

  finish(outputs: readonly Value[]): Attribute {
    const taken = new Set<string>();
    const infos = outputs.map((value): OnnxValueInfo => {
      const name = this.e.full(value);
      // A result has to be made by a node of the graph itself, and by one alone.
      const own = this.e.graph.makes(name) && !taken.has(name) ? name : this.e.graph.one("Identity", [name]);
      taken.add(own);
      return { name: own, dtype: value.dtype, shape: null };
    });
    const name = this.e.graph.fresh("body");
    return { kind: "graph", value: this.e.graph.finish(name, this.#inputs, infos) };
  }
}

/** A parameter that is a program, in every trace. */
function programParam({ params }: Site, key: string): Program[] {
  return params.map((each) => each[key] as Program); // SAFETY: callers name a parameter of this type
}

const slicesOf = (value: Value): readonly Size[] => value.shape.slice(1);

/** For each step of a loop, whether a range of two numbers holds it. */
function flagsOf(e: Emitter, range: Value, length: Size): string {
  const number = (i: number): string =>
    e.cast(e.graph.one("Gather", [e.full(range), e.graph.scalar(i, "int64")]), range.dtype, "int64");
  const [zero, one] = [e.graph.scalar(0, "int64"), e.graph.scalar(1, "int64")];
  const steps = e.graph.one("Range", [zero, e.sizeAs(length, "int64"), one]);
  const hasBegun = e.graph.one("GreaterOrEqual", [steps, number(0)]);
  return e.graph.one("And", [hasBegun, e.graph.one("Less", [steps, number(1)])]);
}

const scan: Rule = (e, site) => {
  const [captureCount, carryCount] = [numberParam(site, "captureCount"), numberParam(site, "carryCount")];
  const captures = site.inputs.slice(0, captureCount).map((value) => e.plain(value));
  const carry = site.inputs.slice(captureCount, captureCount + carryCount);
  const xs = site.inputs.slice(captureCount + carryCount);
  const body = new Body(e);
  const states = carry.map(({ dtype, shape }) => body.input("state", dtype, shape));
  const slices = xs.map((value) => body.input("slice", value.dtype, slicesOf(value)));
  const sequences = xs.map((value) => e.full(value));
  const [range] = flagParam(site, "isBounded") ? site.inputs : [];
  // A loop of ONNX visits all slices: where the range does not hold one, its results are put aside.
  const isVisited = range === undefined ? null : body.input("is_visited", "bool", []);
  if (range !== undefined) {
    const length = site.params.map((each) => each["length"] as number); // SAFETY: the parameter of `scan`
    sequences.push(flagsOf(e, range, length));
  }
  if (sequences.length === 0) {
    // A loop of ONNX takes its length from a sequence.
    const length = site.params.map((each) => each["length"] as number); // SAFETY: the parameter of `scan`
    sequences.push(
      e.graph.one("Range", [
        e.graph.scalar(0, "int64"),
        e.sizeAs(length, "int64"),
        e.graph.scalar(1, "int64"),
      ]),
    );
    body.input("step", "int64", []);
  }
  const all = site.body(body.e, programParam(site, "body"), [...captures, ...states, ...slices]);
  const results = all.map((value, i): Value => {
    if (isVisited === null) return value;
    const state = states[i];
    const other = state === undefined ? body.e.graph.scalar(0, value.dtype) : body.e.name(state);
    const chosen = body.e.graph.one("Where", [body.e.name(isVisited), body.e.full(value), other]);
    return body.e.tensor(chosen, value.dtype, value.shape);
  });
  const direction = flagParam(site, "reverse") ? 1 : 0;
  const names = e.graph.node(
    "Scan",
    [...carry.map((value) => e.full(value)), ...sequences],
    {
      body: body.finish(results),
      num_scan_inputs: int(sequences.length),
      scan_input_directions: ints(sequences.map(() => direction)),
      scan_output_directions: ints(results.slice(carryCount).map(() => direction)),
    },
    results.length,
  );
  return site.outputs.map(({ shape, dtype }, i) => e.tensor(names[i] ?? "", dtype, shape));
};

/** Branches: each is chosen by its number, or the next one is asked. */
const cond: Rule = (e, site) => {
  const [index, ...operands] = site.inputs;
  const branches = site.params.map((each) => each["branches"] as readonly Program[]); // SAFETY: the parameter of `cond`
  const count = branches[0]?.length ?? 0;
  if (index === undefined || count === 0) throw new Unsupported("a condition without branches");
  const plain = operands.map((value) => e.plain(value));
  const number = e.full(index);
  const branch = (body: Body, i: number): Attribute =>
    body.finish(
      site.body(
        body.e,
        branches.map((all) => all[i]).filter((program) => program !== undefined),
        plain,
      ),
    );
  const choose = (at: Emitter, i: number): readonly Value[] => {
    const isThis = at.graph.one("LessOrEqual", [number, at.graph.scalar(i, "int32")]);
    const rest = new Body(at);
    const names = at.graph.node(
      "If",
      [isThis],
      {
        then_branch: branch(new Body(at), i),
        else_branch:
          i + 2 < count ? rest.finish(choose(rest.e, i + 1)) : branch(rest, Math.min(i + 1, count - 1)),
      },
      site.outputs.length,
    );
    return site.outputs.map(({ shape, dtype }, k) => at.tensor(names[k] ?? "", dtype, shape));
  };
  return choose(e, 0);
};

const whileLoop: Rule = (e, site) => {
  const captureCount = numberParam(site, "captureCount");
  const captures = site.inputs.slice(0, captureCount).map((value) => e.plain(value));
  const carry = site.inputs.slice(captureCount);
  const goesOn = (at: Emitter, values: readonly Value[]): Value => {
    const [flag] = site.body(at, programParam(site, "cond"), [...captures, ...values]);
    if (flag === undefined) throw new Unsupported("a loop without a condition");
    return flag;
  };
  const body = new Body(e);
  body.input("iteration", "int64", []);
  body.input("goes_on", "bool", []);
  const states = carry.map(({ dtype, shape }) => body.input("state", dtype, shape));
  const next = site.body(body.e, programParam(site, "body"), [...captures, ...states]);
  const attribute = body.finish([goesOn(body.e, next), ...next]);
  const names = e.graph.node(
    "Loop",
    ["", e.full(goesOn(e, carry)), ...carry.map((value) => e.full(value))],
    { body: attribute },
    carry.length,
  );
  return site.outputs.map(({ shape, dtype }, i) => e.tensor(names[i] ?? "", dtype, shape));
};

/** Running products and extremes: a loop along the axis that carries what it has so far. */
const cumulative =
  (opType: string, types: readonly DType[], neutral: (dtype: DType) => number): Rule =>
  (e, site) => {
    const value = input(site, 0);
    const axis = numberParam(site, "axis");
    const { shape, dtype } = result(site);
    const within = computeType(opType, dtype, types);
    const slice = shape.filter((_, i) => i !== axis);
    const direction = flagParam(site, "reverse") ? 1 : 0;
    const start = e.graph.one("Expand", [e.graph.scalar(neutral(within), within), e.sizes(slice)]);
    const body = new Body(e);
    const [state, x] = [body.input("state", within, slice), body.input("slice", within, slice)];
    const next = body.e.tensor(body.e.graph.one(opType, [body.e.name(state), body.e.name(x)]), within, slice);
    const names = e.graph.node(
      "Scan",
      [start, e.cast(e.full(value), dtype, within)],
      {
        body: body.finish([next, flagParam(site, "exclusive") ? state : next]),
        num_scan_inputs: int(1),
        scan_input_axes: ints([axis]),
        scan_output_axes: ints([axis]),
        scan_input_directions: ints([direction]),
        scan_output_directions: ints([direction]),
      },
      2,
    );
    return [e.tensor(e.cast(names[1] ?? "", within, dtype), dtype, shape)];
  };

const extreme = (sign: 1 | -1) => (dtype: DType) => {
  if (isFloat(dtype)) return sign * Infinity;
  return sign > 0 ? 2 ** 31 - 1 : -(2 ** 31);
};

/** How control flow is written. */
export const controlRules: Readonly<Record<string, Rule>> = {
  scan,
  cond,
  whileLoop,
  cumProd: cumulative("Mul", ["float32", "float64", "int32", "int64"], () => 1),
  cumMax: cumulative("Max", ["float32", "float64", "int32"], extreme(-1)),
  cumMin: cumulative("Min", ["float32", "float64", "int32"], extreme(1)),
};
