import { describe, expect, it } from "vitest";
import { camelCase, readKerasApi, type KerasSymbol } from "./support/keras-api.ts";

/** Options that every object takes, which tables of parameters leave to the base class. */
const baseOptions: ReadonlySet<string> = new Set([
  "name",
  "dtype",
  "trainable",
  "autocast",
  "activityRegularizer",
]);

/** Namespaces whose classes declare their parameters. */
const namespaces = [
  "layers",
  "losses",
  "metrics",
  "optimizers",
  "optimizers.schedules",
  "initializers",
  "regularizers",
  "constraints",
  "callbacks",
];

const antler: unknown = await import("../src/index.ts");

function lookUp(path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, part) =>
        (typeof value === "object" || typeof value === "function") && value !== null
          ? Reflect.get(value, part)
          : undefined,
      antler,
    );
}

/** The parameter table a class declares, or null where it is absent. */
function parametersOf(
  symbol: KerasSymbol,
): readonly [path: string, table: Readonly<Record<string, unknown>>] | null {
  for (const name of symbol.names) {
    const path = name.replace(/^keras\./, "");
    if (!namespaces.includes(path.slice(0, path.lastIndexOf(".")))) continue;
    const value = lookUp(path);
    if (typeof value !== "function") continue;
    const table: unknown = Reflect.get(value, "parameters");
    // SAFETY: the table of a class is an object of defaults by name.
    if (typeof table === "object" && table !== null)
      return [path, table as Readonly<Record<string, unknown>>];
  }
  return null;
}

/** The form in which both sides are compared: `required`, or the default as JSON. */
function normalize(value: unknown): unknown {
  if (typeof value === "symbol") return "(required)";
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return copy;
}

/** Keras's parameters: name in Antler's spelling, and default. */
function keras(symbol: KerasSymbol): readonly (readonly [name: string, fallback: unknown])[] {
  return symbol.params
    .filter(([name]) => !name.startsWith("**"))
    .map(([name, ...fallback]) => [
      camelCase(name.replace(/^\*|_$/g, "")),
      name.startsWith("*") ? "(any number)" : fallback.length === 0 ? "(required)" : normalize(fallback[0]),
    ]);
}

const found = readKerasApi()
  .symbols.filter(({ kind }) => kind === "class")
  .flatMap((symbol) => {
    const own = parametersOf(symbol);
    return own === null ? [] : [{ path: own[0], table: own[1], symbol }];
  });

describe("constructors", () => {
  it("are found", () => {
    expect(found.length).toBeGreaterThan(0);
  });

  it.each(found)(
    "$path has Keras's parameters in Keras's order, with Keras's defaults",
    ({ table, symbol }) => {
      const theirs = keras(symbol)
        .filter(([, fallback]) => fallback !== "(any number)")
        .filter(([name]) => name in table || !baseOptions.has(name));
      const ours = Object.entries(table).map(([name, fallback]) => [name, normalize(fallback)]);
      expect(ours).toEqual(theirs);
    },
  );
});

interface ArgumentSpec {
  readonly kind: string;
  readonly default?: unknown;
  readonly variadic?: boolean;
}

/** Ops that differ on purpose, and why. */
const departures: Readonly<Record<string, string>> = {
  "ops.multiHot": "Keras's default for the number of classes is one that it refuses",
  "ops.where": "with a condition alone it is another op, so the op itself takes all three",
};

/** The arguments an op declares, with their defaults, or null where the function is absent. */
function argumentsOf(symbol: KerasSymbol): readonly [path: string, ours: readonly unknown[]] | null {
  for (const name of symbol.names) {
    const path = name
      .replace(/^keras\./, "")
      .split(".")
      .map(camelCase)
      .join(".");
    const value = path.startsWith("ops.") ? lookUp(path) : undefined;
    if (typeof value !== "function") continue;
    const op: unknown = Reflect.get(value, "op");
    if (typeof op !== "object" || op === null) continue;
    // SAFETY: the description of an op, as `defineOp` makes it.
    const { args } = op as { readonly args: Readonly<Record<string, ArgumentSpec>> };
    const ours = Object.entries(args).map(([argument, spec]) => [
      argument,
      spec.variadic === true
        ? "(any number)"
        : "default" in spec || spec.kind === "tensor?"
          ? normalize(spec.default)
          : "(required)",
    ]);
    return [path, ours];
  }
  return null;
}

const ops = readKerasApi()
  .symbols.filter(({ kind }) => kind === "function")
  .flatMap((symbol) => {
    const own = argumentsOf(symbol);
    return own === null ? [] : [{ path: own[0], ours: own[1], symbol }];
  });

describe("ops", () => {
  it("are found", () => {
    expect(ops.length).toBeGreaterThan(0);
  });

  it.each(ops)(
    "$path has Keras's arguments in Keras's order, with Keras's defaults",
    ({ path, ours, symbol }) => {
      const theirs = keras(symbol);
      // Named options that Keras takes as `**kwargs` come last.
      const isOpen = symbol.params.some(([name]) => name.startsWith("**"));
      const compared = isOpen ? ours.slice(0, theirs.length) : ours;
      if (path in departures) expect(compared, "take it off the list of departures").not.toEqual(theirs);
      else expect(compared).toEqual(theirs);
    },
  );
});
