import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** A public symbol of Keras. */
export interface KerasSymbol {
  /** All public paths, `keras.` in front. */
  readonly names: readonly string[];
  readonly kind: "class" | "function";
  /** `[name]`, or `[name, default]`; `*` and `**` in front of variable ones. */
  readonly params: readonly (readonly [name: string, fallback?: unknown])[];
}

interface KerasApi {
  readonly keras: string;
  readonly symbols: readonly KerasSymbol[];
}

const path = join(resolve(dirname(fileURLToPath(import.meta.url)), ".."), "fixtures/keras-api.json");

/** Every public symbol of Keras with its parameters and defaults. */
export function readKerasApi(): KerasApi {
  return JSON.parse(readFileSync(path, "utf8")) as KerasApi; // SAFETY: the fixture is the project's own
}

/** `load_data` → `loadData`; class names and single words stay. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[A-Za-z0-9])_+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Parameters that a user gives by name, in Antler's spelling. */
export function optionNames(symbol: KerasSymbol): readonly string[] {
  return symbol.params
    .map(([name]) => name)
    .filter((name) => !name.startsWith("*"))
    .map((name) => camelCase(name.replace(/_$/, "")));
}
