/**
 * A typed WebAssembly assembler.
 *
 * Instructions (`i32.add(a, 4)`, `f32x4.mul(x, y)`, `v128.load(address, 16)`) build inert expressions;
 * statements of a {@link FunctionBuilder} (`fn.set(local, expr)`, `fn.store(address, value)`,
 * `fn.forRange(i, 0, n, 1, () => …)`) append code. A {@link ModuleBuilder} collects functions and gives bytes:
 *
 * ```ts
 * const module = new ModuleBuilder();
 * module.importMemory({ module: "env", name: "memory", initial: 1 });
 * const scale = module.function(["i32", "i32", "f32"], [], (fn) => {
 *   const [address, end, factor] = [fn.param("i32", 0), fn.param("i32", 1), fn.local("v128")];
 *   fn.set(factor, f32x4.splat(fn.param("f32", 2)));
 *   fn.while(i32.ltU(address, end), () => {
 *     fn.store(address, f32x4.mul(v128.load(address), factor));
 *     fn.increment(address, 16);
 *   });
 * });
 * module.exportFunction("scale", scale);
 * ```
 */
export { ByteWriter } from "./byte-writer.ts";
export { constant, Expr, Local, operand } from "./expression.ts";
export type { ValueType } from "./expression.ts";
export { relaxedSimdSupported, simdSupported } from "./features.ts";
export { FunctionBuilder } from "./function-builder.ts";
export type { Argument, FunctionHandle, Several } from "./function-builder.ts";
export { ModuleBuilder } from "./module-builder.ts";
export { f32, f64, i32, i64, select } from "./scalar-instructions.ts";
export { f32x4, f64x2, i16x8, i32x4, i64x2, i8x16, shuffle32, v128 } from "./simd-instructions.ts";
export { atomicI32 } from "./atomic-instructions.ts";
