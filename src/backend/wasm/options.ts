import type { WinogradUse } from "../../compiler/kernel-ir/structured.ts";
import { addressableBytes } from "./runtime/memory-limit.ts";
import { relaxedSimdSupported } from "./assembler/index.ts";

/** Choices of the WebAssembly backend. All give the same results, within the tolerances of a dtype. */
export interface WasmOptions {
  /** Use relaxed SIMD (fused multiply-add). Default: where the engine has it. */
  readonly relaxedSimd?: boolean;
  /** Which convolutions use Winograd's algorithm. Default: those that are estimated faster with it. */
  readonly winograd?: WinogradUse;
  /**
   * Let threads share even the smallest work, and wait, once they run, until they know a program; both are slower: for
   * tests. Default false.
   */
  readonly shareAll?: boolean;
  /** Most bytes of memory. Default: the 4 GiB that WebAssembly can address. */
  readonly memoryBytes?: number;
}

/** All choices, made. */
export type WasmChoices = Required<WasmOptions>;

let defaults: WasmOptions = {};

/** Changes what backends made from now on do where their own options say nothing. */
export function setDefaultOptions(options: WasmOptions): void {
  defaults = options;
}

/** The choices of a backend with these options. */
export function choicesOf(options: WasmOptions): WasmChoices {
  return {
    relaxedSimd: options.relaxedSimd ?? defaults.relaxedSimd ?? relaxedSimdSupported(),
    winograd: options.winograd ?? defaults.winograd ?? "estimated",
    shareAll: options.shareAll ?? defaults.shareAll ?? false,
    memoryBytes: options.memoryBytes ?? defaults.memoryBytes ?? addressableBytes,
  };
}
