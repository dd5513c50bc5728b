import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Op } from "../../src/ops/core/op.ts";
import * as ops from "../../src/ops/index.ts";
import { describeGolden, readGoldenJson } from "../support/golden.ts";

interface Parameter {
  readonly name: string;
  readonly default?: unknown;
}

interface Symbol {
  readonly names: readonly string[];
  readonly params?: readonly Parameter[];
}

const camel = (name: string): string =>
  name.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `keras.ops.image.resize` → `["image", "resize"]`. */
const pathOf = (name: string): string[] => name.split(".").slice(2).map(camel);

function find(path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (home, name) => (typeof home === "object" && home !== null ? Reflect.get(home, name) : undefined),
    ops,
  );
}

const isOp = (f: unknown): f is { readonly op: Op } => typeof f === "function" && "op" in f;

/** Arguments that Python needs and TypeScript does not have: catch-alls, and names that are taken. */
const renamed: Readonly<Record<string, string | null>> = { kwargs: null, abs_: "abs" };
const extra: Readonly<Record<string, readonly string[]>> = { layerNormalization: ["rmsScaling"] };

describeGolden("the ops namespace against Keras's", () => {
  const { symbols } = readGoldenJson<{ readonly symbols: Readonly<Record<string, Symbol>> }>("api.json");
  const functions = Object.values(symbols).filter(({ names }) =>
    names.some((name) => name.startsWith("keras.ops.")),
  );
  // `ops.numpy.add` and the like are `ops.add`.
  const namesOf = ({ names }: Symbol): string[][] =>
    names.filter((name) => /^keras\.ops\.((image|nn|linalg)\.)?\w+$/.test(name)).map(pathOf);

  it("has every function", () => {
    const missing = functions.flatMap(namesOf).filter((path) => typeof find(path) !== "function");
    expect(missing.map((path) => path.join("."))).toEqual([]);
    expect(functions.length).toBeGreaterThan(300);
  });

  it("has their arguments, in their order", () => {
    const wrong = functions.flatMap((symbol) =>
      namesOf(symbol).flatMap((path) => {
        const f = find(path);
        if (!isOp(f)) return [];
        const wanted = (symbol.params ?? [])
          .map(({ name }) => (name in renamed ? renamed[name] : camel(name)))
          .filter((name) => name !== null);
        const known = Object.keys(f.op.args).filter((name) => extra[f.op.name]?.includes(name) !== true);
        return known.join() === wanted.join()
          ? []
          : [`${path.join(".")}: ${known.join()} instead of ${wanted.join()}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("has their defaults", () => {
    // where() with a condition alone is a function of its own here; multiHot cannot know the classes.
    const exceptions = new Set(["where.x1", "where.x2", "multiHot.numClasses"]);
    const wrong = functions.flatMap((symbol) =>
      namesOf(symbol).flatMap((path) => {
        const f = find(path);
        if (!isOp(f)) return [];
        return (symbol.params ?? []).flatMap((parameter) => {
          const spec = f.op.args[camel(parameter.name)];
          if (
            spec === undefined ||
            !("default" in parameter) ||
            exceptions.has(`${path.at(-1)}.${camel(parameter.name)}`)
          )
            return [];
          const own = spec.kind === "tensor?" ? null : spec.default;
          return JSON.stringify(own) === JSON.stringify(parameter.default)
            ? []
            : [`${path.join(".")}: ${parameter.name} is ${JSON.stringify(own)}`];
        });
      }),
    );
    expect(wrong).toEqual([]);
  });
});

interface GraphClass {
  readonly name: string;
  readonly module: string;
  readonly class: string;
  readonly call: readonly string[];
}

describe("the graph nodes of ops", () => {
  const path = new URL("../fixtures/keras-op-classes.json", import.meta.url);
  const { ops: classes } = JSON.parse(readFileSync(path, "utf8")) as { readonly ops: readonly GraphClass[] }; // SAFETY: made for this test

  /** Not recorded as Keras does, each for its reason. */
  const departures: Readonly<Record<string, string>> = {
    arange: "it has no tensor among its arguments here",
    bincount: "its result depends on the values",
    einsum: "it has no keyword arguments here",
    while_loop: "functions cannot be configuration here",
    fori_loop: "functions cannot be configuration here",
    polar: "abs_ is abs here",
    jvp: "it computes at once",
    array: "it computes at once",
    ndim: "it is a number here",
    size: "it is a number here",
  };

  it("have Keras's classes, modules and call arguments", () => {
    const wrong = classes
      .filter(({ name }) => !(name in departures))
      .flatMap(({ name, module, class: className, call }) => {
        const f = find(name.split(".").map(camel));
        if (!isOp(f)) return [`${name}: no op`];
        const own = Object.keys(f.op.args).filter((arg) => f.op.args[arg]?.kind !== "static");
        const actual = `${f.op.module}.${f.op.className}(${own.join()})`;
        const wanted = `${module}.${className}(${call.map(camel).join()})`;
        return actual === wanted ? [] : [`${name}: ${actual} instead of ${wanted}`];
      });
    expect(wrong).toEqual([]);
    expect(classes.length).toBeGreaterThan(280);
  });
});
