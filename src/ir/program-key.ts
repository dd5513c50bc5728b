import { remembered } from "../util/remembered.ts";
import type { Program, Var } from "./program.ts";

/** Constants with more elements are not compared. */
const largestConstant = 4096;

/**
 * A text that two programs share only when they compute the same; null where it cannot be told: large constants, and
 * functions among parameters (but for the rules of custom gradients, which do nothing once gradients are taken).
 */
export function programKey(program: Program): string | null {
  const numbers = new Map<Var, number>();
  const number = (value: Var): number => remembered(numbers, value, () => numbers.size);
  const typed = (value: Var): string => `${number(value)}:${value.dtype}[${value.shape.join()}]`;
  const parts = [program.inputs.map(typed).join(), program.state.map(typed).join()];
  for (const { primitive, inputs, params, outputs } of program.equations) {
    const key = paramsText(params, primitive.name === "customGradient");
    if (key === null) return null;
    parts.push(`${outputs.map(typed).join()}=${primitive.name}(${inputs.map(number).join()}){${key}}`);
  }
  const updates = program.updates.map((value) => (value === null ? "-" : String(number(value))));
  return [...parts, program.outputs.map(number).join(), updates.join()].join(";");
}

function paramsText(value: unknown, skipsFunctions: boolean): string | null {
  if (typeof value === "function") return skipsFunctions ? "" : null;
  if (typeof value !== "object" || value === null)
    return Object.is(value, -0) ? "-0" : `${typeof value} ${String(value)}`;
  if (ArrayBuffer.isView(value)) {
    const data = value as unknown as ArrayLike<number | bigint>; // SAFETY: parameters hold typed arrays, no DataView
    return data.length > largestConstant ? null : `${value.constructor.name} ${Array.from(data).join()}`;
  }
  if ("equations" in value) return programKey(value as Program); // SAFETY: only programs have equations
  const entries = Object.entries(value).map(([name, child]): [string, string | null] => [
    name,
    paramsText(child, skipsFunctions),
  ]);
  if (entries.some(([, text]) => text === null)) return null;
  return `{${entries.map(([name, text]) => `${name}:${text}`).join()}}`;
}
