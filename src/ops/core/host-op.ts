import { AntlerError } from "../../util/errors.ts";
import { currentBuilder } from "../../ir/program.ts";
import { flatten } from "../../util/tree.ts";
import {
  type BoundArguments,
  bindOp,
  defineOp,
  type OpDefinition,
  type OpFunction,
  withTensors,
} from "./op.ts";
import { Tensor } from "./tensor.ts";
import { containsSymbolic } from "./value.ts";

/**
 * Defines an op whose result's shape depends on the values (`nonzero`, `unique`): it computes on concrete tensors at
 * once, and cannot be part of a graph or of a compiled step.
 */
export function hostOp<A, F>(definition: OpDefinition, compute: (args: A) => unknown): OpFunction<F> {
  const { op } = defineOp<A, F>(definition, () => {
    throw dependsOnValues(definition.name);
  });
  const f = (...given: readonly unknown[]): unknown => {
    const bound = bindOp(op, given);
    if (containsSymbolic(Object.values(bound))) throw dependsOnValues(definition.name);
    const args: BoundArguments = withTensors(op, bound);
    const isTraced = flatten<unknown>(args).some((leaf) => leaf instanceof Tensor && leaf.isTraced);
    if (isTraced && currentBuilder() !== null) throw dependsOnValues(definition.name);
    return compute(args as A); // SAFETY: the op declares its arguments
  };
  // SAFETY: F is the op's public signature, which its arguments declare at run time.
  return Object.assign(f, { op }) as unknown as OpFunction<F>;
}

function dependsOnValues(name: string): AntlerError {
  return new AntlerError(
    `ops.${name}: the shape of its result depends on the values, which are not known while a graph or a compiled step is made. Call it on real tensors, before or after the model.`,
  );
}
