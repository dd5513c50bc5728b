import { f32x4 } from "./simd-instructions.ts";
import { ModuleBuilder } from "./module-builder.ts";

let relaxedSimd: boolean | undefined;

/**
 * Whether the engine has relaxed SIMD (fused multiply-add of vectors): asked by validating a small module,
 * once. Whether the fused form is also fused by the machine is not visible here.
 */
export function relaxedSimdSupported(): boolean {
  if (relaxedSimd === undefined) {
    const module = new ModuleBuilder();
    module.function(["v128"], ["v128"], (fn) => {
      const x = fn.param("v128", 0);
      fn.result(f32x4.relaxedMadd(x, x, x));
    });
    relaxedSimd = WebAssembly.validate(module.toBytes());
  }
  return relaxedSimd;
}

/** Whether the engine has 128-bit SIMD at all: without it no generated kernel can run. */
export function simdSupported(): boolean {
  const module = new ModuleBuilder();
  module.function(["v128"], ["v128"], (fn) => {
    const x = fn.param("v128", 0);
    fn.result(f32x4.add(x, x));
  });
  return WebAssembly.validate(module.toBytes());
}
