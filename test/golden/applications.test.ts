import { expect, it } from "vitest";
import * as applications from "../../src/applications/index.ts";
import type { Application } from "../../src/applications/index.ts";
import { toSnakeCase } from "../../src/graph/naming.ts";
import type { Model } from "../../src/models/model.ts";
import { describeGolden, hasGolden, readGoldenJson } from "../support/golden.ts";

interface Known {
  readonly name: string;
  readonly count_params: number;
  readonly layers: readonly (readonly [
    name: string,
    className: string,
    shape: readonly (number | null)[],
    inputs: readonly string[],
    params: number,
  ])[];
}

/** Layers in the golden list's form; names that were given automatically depend on what came before. */
function rowsOf(model: Model): unknown[] {
  return model.layers.map((layer) => [
    layer.className,
    layer.output.shape,
    layer.inboundNodes[0]?.inputTensors.length ?? 0,
    layer.countParams(),
    isAutomatic(layer.name, layer.className) ? null : layer.name,
  ]);
}

function isAutomatic(name: string, className: string): boolean {
  return name.replace(/_\d+$/, "") === toSnakeCase(className);
}

describeGolden("applications as Keras builds them", () => {
  const { models } = hasGolden
    ? readGoldenJson<{ readonly models: Readonly<Record<string, Known>> }>("applications.json")
    : { models: {} };
  it("are all there", () => {
    expect(Object.keys(models).filter((name) => !(name in applications))).toEqual([]);
  });

  for (const [name, build] of Object.entries(applications)) {
    const known = models[name];
    if (known === undefined) continue;
    it(`${name} has Keras's layers, shapes and parameters`, () => {
      const model = (build as Application)({ weights: null });
      expect(model.name).toBe(known.name);
      expect(rowsOf(model)).toEqual(
        known.layers.map(([layer, className, shape, inputs, params]) => [
          className,
          shape,
          inputs.length,
          params,
          isAutomatic(layer, className) ? null : layer,
        ]),
      );
      expect(model.countParams()).toBe(known.count_params);
    });
  }
});
