import { valuesIn } from "../../../graph/call-arguments.ts";
import { isLayer } from "../../../graph/layer-base.ts";
import { invariant } from "../../../util/errors.ts";
import type { Call } from "../trace.ts";
import { activationPlans } from "./activations.ts";
import { type NativeCall, nativeCall, type Operand, operandsOf } from "./call.ts";
import { OpCall, type OpPlan } from "./op-call.ts";
import { normalizationPlans } from "./normalization.ts";
import { poolingPlans } from "./pooling.ts";
import { productPlans } from "./products.ts";
import { recurrentPlan } from "./recurrent.ts";

export type { NativeCall } from "./call.ts";

const opPlans: Readonly<Record<string, OpPlan>> = {
  ...activationPlans,
  ...normalizationPlans,
  ...poolingPlans,
  ...productPlans,
};

/** Tensors of nested results, in every trace; null where they are not alike. */
function resultsOf(calls: readonly Call[]): Operand[] | null {
  const lists = calls.map(({ result }) => valuesIn(result));
  const found = (lists[0] ?? []).map((_, i) => operandsOf(lists.map((list) => list[i])));
  return found.some((operand) => operand === null) ? null : found.filter((operand) => operand !== null);
}

/** How a call is written as operators of its own; null: as the primitives that it was traced into. */
export function nativeCallFor(calls: readonly Call[]): NativeCall | null {
  const [first] = calls;
  invariant(first !== undefined, "a call in no trace");
  const { callee } = first;
  const results = resultsOf(calls);
  if (results === null || results.length === 0) return null;
  if (!isLayer(callee)) return opNative(callee.name, calls, results);
  // SAFETY: the arguments of a layer's call, as the observer gets them.
  const given = calls.map(({ args }) => args as LayerArguments);
  const initial = initialStates(given);
  const plan =
    initial === null
      ? null
      : recurrentPlan(
          callee,
          given.map(({ args }) => args),
          given[0]?.options ?? {},
          initial,
        );
  return plan === null ? null : nativeCall(first, plan, results);
}

interface LayerArguments {
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** The states that recurrent layers were given. */
function initialStates(given: readonly LayerArguments[]): Operand[] | null {
  const lists = given.map(({ options }) => valuesIn(options["initialState"]));
  const found = (lists[0] ?? []).map((_, i) => operandsOf(lists.map((list) => list[i])));
  return found.some((operand) => operand === null) ? null : found.filter((operand) => operand !== null);
}

function opNative(name: string, calls: readonly Call[], results: readonly Operand[]): NativeCall | null {
  const plan = Object.hasOwn(opPlans, name) ? opPlans[name] : undefined;
  const [first] = calls;
  const [result] = results;
  if (plan === undefined || first === undefined || result === undefined || results.length !== 1) return null;
  // SAFETY: the arguments of an op, by name, as the observer gets them.
  const call = new OpCall(
    calls.map(({ args }) => args as Readonly<Record<string, unknown>>),
    result,
  );
  const found = call.isFixed ? plan(call) : null;
  return found === null ? null : nativeCall(first, found, results);
}
