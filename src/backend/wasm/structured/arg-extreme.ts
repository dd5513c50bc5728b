import { bytesOf, isFloat } from "../../../ir/dtypes.ts";
import { i32, i32x4, v128 } from "../assembler/index.ts";
import { selectLanes } from "../math/convert.ts";
import { isWide } from "../math/lanes.ts";
import { scalarEmitters } from "../math/scalar-ops.ts";
import type { EmitStructured } from "./contract.ts";
import { addressesAt, kernelFunction, numberParam, operandAt } from "./kernel-function.ts";
import { forEachLines, linesAlong, loadGroup, storeGroup } from "./lines.ts";

/** Index of the first largest or smallest element along an axis; a NaN beats everything. */
export function argExtreme(which: "max" | "min"): EmitStructured {
  return (shared, kernel) => {
    const { shape, dtype } = operandAt(kernel.inputs, 0);
    const lines = linesAlong(shape, numberParam(kernel, "axis"));
    const width = isWide(dtype) ? 2 : 4;
    const bytes = bytesOf(dtype);
    return kernelFunction(shared, kernel, { isParallel: false }, ({ fn, s, operands }) => {
      const [source, target] = addressesAt(operands, 2);
      const [read, write, k] = fn.locals("i32", 3);
      const [best, value, index, mask] = fn.locals("v128", 4);
      // Comparisons give masks of whole lanes: numbers of the index, too, which few bits do not hold.
      const context = { dtype: "bool", from: dtype, constant: undefined } as const;
      forEachLines(fn, lines, width, (group) => {
        fn.set(read, i32.add(source, i32.mul(group.start, bytes)));
        s.temporaries(() => fn.set(best, loadGroup(s, read, group, dtype, width)));
        fn.set(index, s.i32(0));
        fn.increment(read, lines.inner * bytes);
        fn.forRange(k, 1, lines.length, 1, () => {
          s.temporaries(() => {
            fn.set(value, loadGroup(s, read, group, dtype, width));
            const pair = which === "max" ? [best, value] : [value, best];
            fn.set(mask, scalarEmitters.lt(s, pair, context));
            if (isFloat(dtype)) {
              const isNan = s.temp(scalarEmitters.ne(s, [value, value], context));
              const wasNan = s.temp(scalarEmitters.ne(s, [best, best], context));
              fn.set(mask, v128.andnot(v128.or(mask, isNan), wasNan));
            }
            fn.set(best, selectLanes(mask, value, best, dtype));
            fn.set(index, v128.bitselect(i32x4.splat(k), index, mask));
          });
          fn.increment(read, lines.inner * bytes);
        });
        // The results of the lines lie one after the other.
        fn.set(write, i32.add(target, i32.mul(group.line, 4)));
        s.temporaries(() => storeGroup(s, write, index, { ...group, laneStride: 1 }, "int32"));
      });
    });
  };
}
