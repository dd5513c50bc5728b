import type { DType } from "../../ir/dtypes.ts";
import type { Params, Primitive } from "../../ir/primitive.ts";
import type { Program, Var } from "../../ir/program.ts";
import type { Emitter } from "./emitter.ts";
import { fixedSize, type Size, zipLists } from "./size.ts";
import { Unsupported } from "./unsupported.ts";
import type { Value } from "./value.ts";

/** Shape and dtype that a result has in the program. */
export interface Result {
  readonly shape: readonly Size[];
  readonly dtype: DType;
}

/** One application of a primitive, to be written. */
export interface Site {
  readonly primitive: Primitive;
  readonly inputs: readonly Value[];
  /** In each trace. */
  readonly params: readonly Params[];
  readonly outputs: readonly Result[];
  /** Writes a program that a parameter holds into another graph: inputs by value, results by value. */
  readonly body: (e: Emitter, programs: readonly Program[], inputs: readonly Value[]) => readonly Value[];
  /** Writes what the primitive is made of. */
  readonly expand: (e: Emitter) => readonly Value[];
  /** The values that the equation reads, in each trace. */
  readonly operands: readonly (readonly Var[])[];
}

/** How a primitive is written; throws `Unsupported` where it cannot be. */
export type Rule = (e: Emitter, site: Site) => readonly Value[];

/** An input that must be there. */
export function input({ inputs, primitive }: Site, i: number): Value {
  const value = inputs[i];
  if (value === undefined) throw new Unsupported(`${primitive.name} without its input ${i}`);
  return value;
}

/** The first result. */
export function result({ outputs, primitive }: Site): Result {
  const [first] = outputs;
  if (first === undefined) throw new Unsupported(`${primitive.name} without a result`);
  return first;
}

/** A parameter that is a list of numbers. */
export function sizesParam({ params }: Site, key: string): Size[] {
  return zipLists(params.map((each) => each[key] as readonly number[])); // SAFETY: callers name a parameter of this type
}

/** A parameter that is a list of numbers, the same in every trace. */
export function listParam(site: Site, key: string): number[] {
  return sizesParam(site, key).map((size) => known(size, `${site.primitive.name}: ${key}`));
}

export function sizeParam({ params }: Site, key: string): Size {
  return params.map((each) => each[key] as number); // SAFETY: callers name a parameter of this type
}

export function numberParam(site: Site, key: string): number {
  return known(sizeParam(site, key), `${site.primitive.name}: ${key}`);
}

export function flagParam({ params }: Site, key: string): boolean {
  return params[0]?.[key] === true;
}

/** A number that must not depend on unknown sizes. */
export function known(size: Size, what: string): number {
  const value = fixedSize(size);
  if (value === null && !size.every(Number.isNaN))
    throw new Unsupported(`${what} depends on an unknown size`);
  return value ?? NaN;
}
