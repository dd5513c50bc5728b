import { isFloat } from "../../ir/dtypes.ts";
import * as p from "../../ir/primitives/index.ts";
import { emit, type Equation, type Program, ProgramBuilder, Var, withBuilder } from "../../ir/program.ts";
import { invariant } from "../../util/errors.ts";
import type { Differentiate } from "./control-vjp.ts";
import { inline, neededFor } from "./inline.ts";

/** Parameters of the primitive `scan`, as `src/ir/primitives/scan.ts` declares them. */
export interface ScanParams extends Record<string, unknown> {
  readonly body: Program;
  readonly captureCount: number;
  readonly carryCount: number;
  readonly length: number;
  readonly reverse: boolean;
  readonly isBounded?: boolean;
}

/** The body of a scan, forward and backward in one builder; the first `forwardCount` equations are the forward ones. */
interface Joint {
  readonly builder: ProgramBuilder;
  readonly captures: readonly Var[];
  readonly carry: readonly Var[];
  readonly xs: readonly Var[];
  readonly carryOut: readonly Var[];
  readonly ys: readonly Var[];
  readonly forwardCount: number;
  readonly carryCotangents: readonly Var[];
  readonly ysCotangents: readonly Var[];
  /** Cotangents of the float captures, carries and xs slices that are wanted. */
  readonly captureResults: readonly Var[];
  readonly carryResults: readonly Var[];
  readonly xsResults: readonly Var[];
}

/**
 * Gradient of `scan`: a scan in the other direction.
 *
 * Forward and backward of one step are traced together, then split: what the backward half needs of the forward half
 * (residuals) becomes further stacked results of the forward scan, whose equation is replaced. The backward scan
 * carries the cotangents of the carry and the sums of the captures' cotangents, and visits the same slices.
 */
export function scanVjp(
  differentiate: Differentiate,
  builder: ProgramBuilder,
  equation: Equation,
  cotangents: readonly (Var | null)[],
  needs: readonly boolean[],
): (Var | null)[] {
  const params = equation.params as ScanParams; // SAFETY: the parameters of the primitive `scan`
  const { captureCount, carryCount } = params;
  const captures = equation.inputs.slice(0, captureCount);
  const xs = equation.inputs.slice(captureCount + carryCount);
  const wantCapture = captures.map((_, i) => needs[i] === true);
  const wantX = xs.map((_, i) => needs[captureCount + carryCount + i] === true);
  const ysGiven = cotangents.slice(carryCount);

  const joint = traceJoint(
    differentiate,
    params,
    wantCapture,
    wantX,
    ysGiven.map((value) => value !== null),
  );
  const { residuals, equations } = splitBackward(joint);
  const stacked = augmentForward(builder, equation, params, joint, residuals);

  // Captures and xs of the forward scan that the backward half reads are handed to the backward scan as such.
  const uses = new Set(
    equations
      .flatMap((item) => item.inputs)
      .concat(joint.captureResults, joint.carryResults, joint.xsResults),
  );
  const usedCaptures = joint.captures
    .map((value, i) => ({ value, outer: captures[i] }))
    .filter(({ value }, i) => uses.has(value) || (i === 0 && params.isBounded === true));
  const usedXs = joint.xs.map((value, i) => ({ value, outer: xs[i] })).filter(({ value }) => uses.has(value));
  const body = backwardBody(joint, residuals, equations, {
    captures: usedCaptures.map(({ value }) => value),
    xs: usedXs.map(({ value }) => value),
  });
  const carryFloat = equation.outputs.slice(0, carryCount).filter((value) => isFloat(value.dtype));
  const carryStart = carryFloat.map(
    (value) => cotangents[equation.outputs.indexOf(value)] ?? p.fullLike(value, 0),
  );
  const results = emit(
    equation.primitive,
    [
      ...present(usedCaptures.map(({ outer }) => outer)),
      ...carryStart,
      ...joint.captureResults.map((value) => p.fullLike(value, 0)),
      ...present(ysGiven),
      ...stacked,
      ...present(usedXs.map(({ outer }) => outer)),
    ],
    {
      ...params,
      body,
      captureCount: usedCaptures.length,
      carryCount: carryStart.length + joint.captureResults.length,
      reverse: !params.reverse,
    },
  );
  const carries = carryStart.length;
  return distribute(equation, params, wantCapture, wantX, results, carries, joint.captureResults.length);
}

function traceJoint(
  differentiate: Differentiate,
  params: ScanParams,
  wantCapture: readonly boolean[],
  wantX: readonly boolean[],
  ysGiven: readonly boolean[],
): Joint {
  const { body, captureCount, carryCount } = params;
  const builder = new ProgramBuilder();
  const inputs = body.inputs.map((value) => builder.input(value));
  const outputs = inline(builder, body, inputs);
  const forwardCount = builder.equations.length;
  const captures = inputs.slice(0, captureCount);
  const carry = inputs.slice(captureCount, captureCount + carryCount);
  const xs = inputs.slice(captureCount + carryCount);
  const carryOut = outputs.slice(0, carryCount);
  const ys = outputs.slice(carryCount);
  const isFloatVar = (value: Var): boolean => isFloat(value.dtype);
  const carryCotangents = carryOut.filter(isFloatVar).map((value) => builder.input(value));
  const ysWithCotangent = ys.filter((_, i) => ysGiven[i]);
  const ysCotangents = ysWithCotangent.map((value) => builder.input(value));
  const wrtCaptures = captures.filter((_, i) => wantCapture[i]);
  const wrtCarry = carry.filter(isFloatVar);
  const wrtXs = xs.filter((_, i) => wantX[i]);
  const wrt = [...wrtCaptures, ...wrtCarry, ...wrtXs];
  const found = differentiate(
    builder,
    [...carryOut.filter(isFloatVar), ...ysWithCotangent],
    [...carryCotangents, ...ysCotangents],
    wrt,
  );
  const results = withBuilder(builder, () => wrt.map((value, i) => found[i] ?? p.fullLike(value, 0)));
  return {
    builder, captures, carry, xs, carryOut, ys, forwardCount, carryCotangents, ysCotangents,
    captureResults: results.slice(0, wrtCaptures.length),
    carryResults: results.slice(wrtCaptures.length, wrtCaptures.length + wrtCarry.length),
    xsResults: results.slice(wrtCaptures.length + wrtCarry.length),
  }; // prettier-ignore
}

/**
 * The equations of the backward half, and the forward values they need from outside.
 *
 * Forward equations that depend on captures alone, or only move elements, are repeated instead of being stored.
 */
function splitBackward(joint: Joint): { residuals: Var[]; equations: Equation[] } {
  const forward = joint.builder.equations.slice(0, joint.forwardCount);
  const backward = joint.builder.equations.slice(joint.forwardCount);
  const invariant_ = new Set<Var>(joint.captures);
  const repeatable = new Set<Var>();
  for (const equation of forward) {
    const fixed = equation.inputs.every((value) => invariant_.has(value));
    if (fixed) for (const value of equation.outputs) invariant_.add(value);
    if (fixed || equation.primitive.lowering.kind === "view")
      for (const value of equation.outputs) repeatable.add(value);
  }
  const stored = new Set<Var>(joint.carry);
  for (const { outputs } of forward)
    for (const value of outputs) if (!repeatable.has(value)) stored.add(value);
  const results = [...joint.captureResults, ...joint.carryResults, ...joint.xsResults];
  const known = new Set<Var>([...stored, ...joint.captures, ...joint.xs]);
  const equations = neededFor([...forward, ...backward], results, known);
  const uses = new Set([...equations.flatMap((item) => item.inputs), ...results]);
  return { residuals: [...stored].filter((value) => uses.has(value)), equations };
}

/** The body of the backward scan: one step back, and the sums over the steps of what captures get. */
function backwardBody(
  joint: Joint,
  residuals: readonly Var[],
  equations: readonly Equation[],
  used: { readonly captures: readonly Var[]; readonly xs: readonly Var[] },
): Program {
  const { builder, captureResults } = joint;
  const sums = captureResults.map((value) => new Var(value, builder));
  const start = builder.equations.length;
  const totals = withBuilder(builder, () => captureResults.map((value, i) => p.add(sums[i] ?? value, value)));
  return {
    inputs: [
      ...used.captures,
      ...joint.carryCotangents,
      ...sums,
      ...joint.ysCotangents,
      ...residuals,
      ...used.xs,
    ],
    state: [],
    equations: [...equations, ...builder.equations.slice(start)],
    outputs: [...joint.carryResults, ...totals, ...joint.xsResults],
    updates: [],
  };
}

/** Replaces the forward scan by one that also stacks the residuals; returns the stacks. */
function augmentForward(
  builder: ProgramBuilder,
  equation: Equation,
  params: ScanParams,
  joint: Joint,
  residuals: readonly Var[],
): Var[] {
  const body: Program = {
    inputs: [...joint.captures, ...joint.carry, ...joint.xs],
    state: [],
    equations: joint.builder.equations.slice(0, joint.forwardCount),
    outputs: [...joint.carryOut, ...joint.ys, ...residuals],
    updates: [],
  };
  const stacked = residuals.map(
    (value) => new Var({ shape: [params.length, ...value.shape], dtype: value.dtype }, builder),
  );
  const at = builder.equations.indexOf(equation);
  invariant(at >= 0, "the scan to differentiate is not in the program");
  builder.equations[at] = {
    ...equation,
    params: { ...params, body },
    outputs: [...equation.outputs, ...stacked],
  };
  return stacked;
}

/** Puts the backward scan's results into the order of the forward scan's inputs. */
function distribute(
  equation: Equation,
  { captureCount, carryCount }: ScanParams,
  wantCapture: readonly boolean[],
  wantX: readonly boolean[],
  results: readonly Var[],
  carries: number,
  sums: number,
): (Var | null)[] {
  let nextSum = carries;
  let nextCarry = 0;
  let nextX = carries + sums;
  return equation.inputs.map((value, i) => {
    if (i < captureCount) return wantCapture[i] ? (results[nextSum++] ?? null) : null;
    if (i < captureCount + carryCount) return isFloat(value.dtype) ? (results[nextCarry++] ?? null) : null;
    return wantX[i - captureCount - carryCount] ? (results[nextX++] ?? null) : null;
  });
}

function present<T>(items: readonly (T | null | undefined)[]): T[] {
  return items.filter((item): item is T => item !== null && item !== undefined);
}
