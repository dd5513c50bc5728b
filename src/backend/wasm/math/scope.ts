import type { Access } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { WinogradUse } from "../../../compiler/kernel-ir/structured.ts";
import type { DType } from "../../../ir/dtypes.ts";
import {
  f32x4,
  f64x2,
  v128,
  type Expr,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import type { HostFunctions } from "./host.ts";
import { constantBytes } from "./lanes.ts";

/** A vector register local. */
export type Vector = Local<"v128">;
/** A vector-valued expression. */
export type VectorExpr = Expr<"v128">;

/** What code generation shares within one module. */
export interface ModuleScope {
  readonly module: ModuleBuilder;
  readonly host: HostFunctions;
  readonly relaxedSimd: boolean;
  readonly winograd: WinogradUse;
  /** Share out even the smallest work among threads: for tests. */
  readonly shareAll: boolean;
  /** Whether an operand keeps its value from step to step, and what kernels make of it is to be kept as well. */
  readonly isKept: (operand: Access) => boolean;
}

/** Emits vector code into one function: constants hoisted to the function's start, pooled temporaries. */
export class Scope {
  readonly fn: FunctionBuilder;
  readonly shared: ModuleScope;
  readonly #constants = new Map<string, Vector>();
  readonly #temporaries: Vector[] = [];
  #used = 0;

  constructor(fn: FunctionBuilder, shared: ModuleScope) {
    this.fn = fn;
    this.shared = shared;
  }

  /** A local that holds sixteen constant bytes from the function's start on. */
  bytes(bytes: Uint8Array): Vector {
    const key = bytes.join();
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const local = this.fn.local("v128");
    this.fn.prologue(() => this.fn.set(local, v128.const(bytes)));
    this.#constants.set(key, local);
    return local;
  }

  /** A constant of a dtype in all lanes. */
  constant(value: number, dtype: DType): Vector {
    const key = `${dtype} ${Object.is(value, -0) ? "-0" : value}`;
    const local = this.#constants.get(key) ?? this.bytes(constantBytes(value, dtype));
    this.#constants.set(key, local);
    return local;
  }

  f32(value: number): Vector {
    return this.constant(value, "float32");
  }

  i32(value: number): Vector {
    return this.constant(value, "int32");
  }

  f64(value: number): Vector {
    return this.constant(value, "float64");
  }

  /** Stores a value in a temporary, which lasts until the enclosing `temporaries` call ends. */
  temp(value: VectorExpr): Vector {
    const pooled = this.#temporaries[this.#used] ?? this.fn.local("v128");
    this.#temporaries[this.#used++] = pooled;
    this.fn.set(pooled, value);
    return pooled;
  }

  /** Runs `body`; temporaries made inside are free for reuse afterwards. */
  temporaries(body: () => void): void {
    const mark = this.#used;
    body();
    this.#used = mark;
  }

  /** `a · b + c` of 32-bit floats, fused where the engine can. */
  madd(a: VectorExpr, b: VectorExpr, c: VectorExpr): VectorExpr {
    return this.shared.relaxedSimd ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
  }

  /** `c − a · b` of 32-bit floats, fused where the engine can. */
  nmadd(a: VectorExpr, b: VectorExpr, c: VectorExpr): VectorExpr {
    return this.shared.relaxedSimd ? f32x4.relaxedNmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
  }

  /** `a · b + c` of 64-bit floats. */
  madd64(a: VectorExpr, b: VectorExpr, c: VectorExpr): VectorExpr {
    return this.shared.relaxedSimd ? f64x2.relaxedMadd(a, b, c) : f64x2.add(f64x2.mul(a, b), c);
  }

  /** Polynomial `Σ coefficients[i]·xⁱ` of 32-bit floats, by Horner's rule. */
  polynomial(x: Vector, coefficients: readonly number[]): VectorExpr {
    let sum: VectorExpr = this.f32(coefficients.at(-1) ?? 0);
    for (let i = coefficients.length - 2; i >= 0; i--)
      sum = this.madd(sum, x, this.f32(coefficients[i] ?? 0));
    return sum;
  }

  /** The same of 64-bit floats. */
  polynomial64(x: Vector, coefficients: readonly number[]): VectorExpr {
    let sum: VectorExpr = this.f64(coefficients.at(-1) ?? 0);
    for (let i = coefficients.length - 2; i >= 0; i--)
      sum = this.madd64(sum, x, this.f64(coefficients[i] ?? 0));
    return sum;
  }
}
