import type { ConvolutionPass } from "../../../compiler/kernel-ir/structured.ts";
import { bytesOf } from "../../../ir/dtypes.ts";
import { sizeOf, stridesOf } from "../../../ir/shape.ts";
import { i32, type Expr, type Local } from "../assembler/index.ts";
import { loadSplat, storeVector } from "../loops/memory.ts";
import { scalarEmitters } from "../math/scalar-ops.ts";
import type { EmitStructured } from "./contract.ts";
import { convolutionShapes } from "./convolution-shapes.ts";
import { addressAt, kernelFunction, numberParam, operandAt } from "./kernel-function.ts";
import { windowAxes } from "./window-axes.ts";

/** Which operand each part of the convolution is, by pass: `(x, w, y)`. */
const places: Record<ConvolutionPass, readonly [x: number, kernel: number, y: number]> = {
  forward: [0, 1, 2],
  inputGradient: [2, 1, 0],
  filterGradient: [0, 2, 1],
};

/** Any pass of a convolution over any number of axes in any dtype: one product after the other, added in memory. */
export function plainConvolution(pass: ConvolutionPass): EmitStructured {
  return (shared, kernel) => {
    const { dtype, shape } = operandAt(kernel.outputs, 0);
    const shapes = convolutionShapes(pass, kernel);
    const axes = windowAxes(kernel, shapes.x, shapes.kernel.slice(0, -2), shapes.y);
    const groups = numberParam(kernel, "groups");
    const [channels, filters] = [(shapes.x.at(-1) ?? 1) / groups, (shapes.y.at(-1) ?? 1) / groups];
    const bytes = bytesOf(dtype);
    return kernelFunction(shared, kernel, { isParallel: false }, ({ fn, s, operands }) => {
      const [x, w, y] = fn.locals("i32", 3);
      [x, w, y].forEach((address, i) => fn.set(address, addressAt(operands, places[pass][i] ?? 0)));
      fn.memoryFill(addressAt(operands, 2), 0, sizeOf(shape) * bytes);
      const strides = { x: stridesOf(shapes.x), w: stridesOf(shapes.kernel), y: stridesOf(shapes.y) };
      const scaled = (counter: Expr<"i32">, stride: number): Expr<"i32"> => i32.mul(counter, stride * bytes);
      const product = (px: Local<"i32">, pw: Local<"i32">, py: Local<"i32">): void =>
        s.temporaries(() => {
          const [left, right] =
            pass === "forward" ? [px, pw] : pass === "inputGradient" ? [py, pw] : [px, py];
          const target = pass === "forward" ? py : pass === "inputGradient" ? px : pw;
          const context = { dtype, from: dtype, constant: undefined };
          const factors = [s.temp(loadSplat(s, left, dtype)), s.temp(loadSplat(s, right, dtype))];
          const value = s.temp(scalarEmitters.mul(s, factors, context));
          const old = s.temp(loadSplat(s, target, dtype));
          storeVector(s, target, 0, s.temp(scalarEmitters.add(s, [old, value], context)), dtype, 1);
        });
      /** All filters and channels of one pixel and one tap. */
      const pixel = (px: Expr<"i32">, pw: Expr<"i32">, py: Expr<"i32">): void => {
        const [g, c, f, ax, aw, ay] = fn.locals("i32", 6);
        fn.forRange(g, 0, groups, 1, () =>
          fn.forRange(c, 0, channels, 1, () =>
            fn.forRange(f, 0, filters, 1, () => {
              fn.set(ax, i32.add(px, scaled(i32.add(i32.mul(g, channels), c), 1)));
              const filter = i32.add(i32.mul(g, filters), f);
              fn.set(aw, i32.add(pw, i32.add(scaled(c, filters * groups), scaled(filter, 1))));
              fn.set(ay, i32.add(py, scaled(filter, 1)));
              product(ax, aw, ay);
            }),
          ),
        );
      };
      const walk = (d: number, px: Expr<"i32">, pw: Expr<"i32">, py: Expr<"i32">): void => {
        const axis = axes[d];
        if (axis === undefined) return pixel(px, pw, py);
        const [o, k, at, nx, nw, ny] = fn.locals("i32", 6);
        fn.forRange(o, 0, axis.output, 1, () =>
          fn.forRange(k, 0, axis.kernel, 1, () => {
            fn.set(at, i32.sub(i32.add(i32.mul(o, axis.stride), i32.mul(k, axis.dilation)), axis.padLow));
            fn.if(i32.ltU(at, axis.input), () => {
              fn.set(nx, i32.add(px, scaled(at, strides.x[d + 1] ?? 1)));
              fn.set(nw, i32.add(pw, scaled(k, strides.w[d] ?? 1)));
              fn.set(ny, i32.add(py, scaled(o, strides.y[d + 1] ?? 1)));
              walk(d + 1, nx, nw, ny);
            });
          }),
        );
      };
      const image = fn.local("i32");
      fn.forRange(image, 0, shapes.x[0] ?? 1, 1, () => {
        walk(
          0,
          i32.add(x, scaled(image, strides.x[0] ?? 1)),
          w,
          i32.add(y, scaled(image, strides.y[0] ?? 1)),
        );
      });
    });
  };
}
