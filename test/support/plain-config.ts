import { DTypePolicy } from "../../src/graph/dtype-policy.ts";

/** A configuration in a form in which ours and Keras's can be compared: snake_case, objects as class and configuration. */
export type PlainConfig =
  | null
  | boolean
  | number
  | string
  | readonly PlainConfig[]
  | { readonly [key: string]: PlainConfig };

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])([A-Z])/g, "_$1").toLowerCase();
}

/** Numbers that went through float32 on Keras's side. */
function rounded(value: number): number | string {
  return Number.isFinite(value) ? Math.fround(value) : String(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keras's side. `keepName` only where the name was given, since numbers in others depend on what came before. */
export function plainOfKeras(value: unknown, keepName = false): PlainConfig {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return rounded(value);
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((item) => plainOfKeras(item));
  if (!isRecord(value)) throw new Error(`unexpected ${String(value)} in a configuration`);
  const { class_name: className, config } = value;
  if (typeof className === "string" && isRecord(config)) {
    if (className === "DTypePolicy") return String(config["name"]);
    const { mode, source_name: source } = config;
    if (typeof mode === "string" && typeof source === "string") return `${mode}_from_${source}`;
    return { class: className, config: plainOfKeras(config) };
  }
  if (typeof className === "string") return String(config);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => keepName || key !== "name")
      .map(([key, child]) => [key, plainOfKeras(child)]),
  );
}

/** Our side. */
export function plainOfOurs(value: unknown, keepName = false): PlainConfig {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return rounded(value);
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((item) => plainOfOurs(item));
  if (value instanceof DTypePolicy) return value.name;
  if (
    (typeof value === "object" || typeof value === "function") &&
    "getConfig" in value &&
    typeof value.getConfig === "function"
  ) {
    const cls = value.constructor as { className?: string; name: string }; // SAFETY: classes have names
    return { class: cls.className ?? cls.name, config: plainOfOurs(value.getConfig()) };
  }
  if (typeof value === "function" && "identifier" in value) return String(value.identifier);
  if (typeof value === "function")
    return "op" in value ? snakeCase((value.op as { name: string }).name) : `function ${value.name}`; // SAFETY: an op's description
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => keepName || key !== "name")
      .map(([key, child]) => [snakeCase(key), plainOfOurs(child)]),
  );
}
