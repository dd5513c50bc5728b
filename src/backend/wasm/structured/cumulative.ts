import { bytesOf } from "../../../ir/dtypes.ts";
import { i32 } from "../assembler/index.ts";
import { identityOf } from "../loops/reduction.ts";
import { isWide } from "../math/lanes.ts";
import { scalarEmitters } from "../math/scalar-ops.ts";
import type { EmitStructured } from "./contract.ts";
import { addressesAt, booleanParam, kernelFunction, numberParam, operandAt } from "./kernel-function.ts";
import { forEachLines, linesAlong, loadGroup, storeGroup } from "./lines.ts";

/** Running sums, products or extremes along an axis. */
export function cumulative(combine: "add" | "mul" | "max" | "min"): EmitStructured {
  return (shared, kernel) => {
    const { shape, dtype } = operandAt(kernel.inputs, 0);
    const lines = linesAlong(shape, numberParam(kernel, "axis"));
    const [reverse, exclusive] = [booleanParam(kernel, "reverse"), booleanParam(kernel, "exclusive")];
    const width = isWide(dtype) ? 2 : 4;
    const bytes = bytesOf(dtype);
    return kernelFunction(shared, kernel, { isParallel: false }, ({ fn, s, operands }) => {
      const [source, target] = addressesAt(operands, 2);
      const [read, write, k] = fn.locals("i32", 3);
      const [sum, next] = fn.locals("v128", 2);
      const identity = identityOf(s, { kind: "reduce", combine, value: 0, dtype });
      const step = lines.inner * bytes * (reverse ? -1 : 1);
      const first = reverse ? (lines.length - 1) * lines.inner * bytes : 0;
      forEachLines(fn, lines, width, (group) => {
        const offset = i32.add(i32.mul(group.start, bytes), first);
        fn.set(read, i32.add(source, offset));
        fn.set(write, i32.add(target, offset));
        fn.set(sum, identity);
        fn.forRange(k, 0, lines.length, 1, () => {
          s.temporaries(() => {
            const value = s.temp(loadGroup(s, read, group, dtype, width));
            fn.set(
              next,
              scalarEmitters[combine](s, [sum, value], { dtype, from: dtype, constant: undefined }),
            );
          });
          s.temporaries(() => storeGroup(s, write, exclusive ? sum : next, group, dtype));
          fn.set(sum, next);
          fn.increment(read, step);
          fn.increment(write, step);
        });
      });
    });
  };
}
