import { erf } from "../../../ir/special.ts";
import type { FunctionHandle, ModuleBuilder, ValueType } from "../assembler/index.ts";

interface HostFunction {
  readonly params: readonly ValueType[];
  readonly result: ValueType;
  // Parameters are numbers for f64 and i32, bigints for i64, as the signature says.
  readonly call: ((...args: number[]) => number) | ((...args: bigint[]) => bigint);
}

const unary = (call: (x: number) => number): HostFunction => ({ params: ["f64"], result: "f64", call });
const binary = (call: (x: number, y: number) => number): HostFunction => ({
  params: ["f64", "f64"],
  result: "f64",
  call,
});

/** `xⁿ` modulo 2³²; negative powers truncate towards zero, as integer division would. */
function powI32(x: number, n: number): number {
  if (n < 0) return x === 1 ? 1 : x === -1 ? (n % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let base = x;
  for (let e = n; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

function powI64(x: bigint, n: bigint): bigint {
  if (n < 0n) return x === 1n ? 1n : x === -1n ? (n % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  let base = x;
  for (let e = n; e > 0n; e /= 2n) {
    if (e % 2n === 1n) result = BigInt.asIntN(64, result * base);
    base = BigInt.asIntN(64, base * base);
  }
  return result;
}

/** IEEE power: JavaScript's, except that 1 to any power, and −1 to an infinite one, are 1. */
function powF64(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

/** Names of all host functions. */
export const hostNames = [
  "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "atan", "tanh", "erf", "atan2", "pow", "rem", "powI32", "powI64",
] as const; // prettier-ignore

/** JavaScript functions that generated code falls back on: double precision, and rare arguments of single. */
export type HostName = (typeof hostNames)[number];

const table: Record<HostName, HostFunction> = {
  exp: unary(Math.exp),
  expm1: unary(Math.expm1),
  log: unary(Math.log),
  log1p: unary(Math.log1p),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  tan: unary(Math.tan),
  atan: unary(Math.atan),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  atan2: binary(Math.atan2),
  pow: binary(powF64),
  rem: binary((x, y) => x % y),
  powI32: { params: ["i32", "i32"], result: "i32", call: powI32 },
  powI64: { params: ["i64", "i64"], result: "i64", call: powI64 },
};

/** Handles of the imported functions. */
export type HostFunctions = Readonly<Record<HostName, FunctionHandle>>;

/** Declares all host functions as imports of a module, before its own functions. */
export function importHost(module: ModuleBuilder): HostFunctions {
  const handles = hostNames.map((name) => {
    const { params, result } = table[name];
    return [name, module.importFunction("host", name, params, [result])] as const;
  });
  // SAFETY: `hostNames` lists every key.
  return Object.fromEntries(handles) as Record<HostName, FunctionHandle>;
}

/** The functions to instantiate a module with. */
export function hostImports(): WebAssembly.ModuleImports {
  return Object.fromEntries(hostNames.map((name) => [name, table[name].call]));
}
