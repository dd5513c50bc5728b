import { describe, expect, it } from "vitest";
import { modelFromJson } from "../../src/saving/index.ts";
import { pythonJson } from "../../src/saving/python-json.ts";
import { FormatError } from "../../src/util/errors.ts";
import { modelToDot } from "../../src/viz/dot.ts";
import { formatSummary } from "../../src/viz/summary.ts";
import type { Model } from "../../src/models/model.ts";
import { describeGolden, hasGolden, readGolden } from "../support/golden.ts";

interface SummaryCase {
  readonly name: string;
  readonly count_params: number;
  readonly summary_80: string;
  readonly summary_len100: string;
  readonly summary_120_expand_trainable: string;
  readonly layers: readonly { readonly name: string; readonly class: string; readonly params: number }[];
  readonly weights: readonly { readonly path: string; readonly shape: readonly number[] }[];
  readonly dot: string;
  readonly dot_plain: string;
  readonly dot_shapes: string;
}

/** Models whose classes are the users' own, or rest on what Antler leaves out. */
const ownClasses: ReadonlySet<string> = new Set([
  "custom_dense",
  "conv1d_custom_rnn",
  "custom_block",
  "subclassed",
]);

function load(name: string): Model {
  const { to_json: json } = readGolden(`configs/${name}.json`) as { readonly to_json: unknown }; // SAFETY: as golden/README says
  return modelFromJson(pythonJson(json));
}

describeGolden("summaries and pictures as Keras draws them", () => {
  const cases = hasGolden ? (readGolden("summaries.json") as Readonly<Record<string, SummaryCase>>) : {}; // SAFETY: as golden/README says
  for (const [name, one] of Object.entries(cases)) {
    if (ownClasses.has(name)) {
      it(`${name}: its classes must be supplied`, () => expect(() => load(name)).toThrow(FormatError));
    } else {
      describe(name, () => check(name, one));
    }
  }
});

function check(name: string, one: SummaryCase): void {
  it("counts parameters and lists weights", () => {
    const model = load(name);
    expect(model.countParams()).toBe(one.count_params);
    // Layers read from a file are built before the sequential model that names the path.
    const own = ({ path, shape }: { readonly path: string; readonly shape: readonly number[] }): object => ({
      path: path.split("/").slice(-2).join("/"),
      shape,
    });
    expect(model.weights.map(own)).toEqual(one.weights.map(own));
  });
  it("prints the table", () => {
    const model = load(name);
    expect(formatSummary(model, { lineLength: 76 })).toBe(one.summary_80);
    expect(formatSummary(model, { lineLength: 100 })).toBe(one.summary_len100);
  });
  it("writes Graphviz's language", () => {
    const model = load(name);
    expect(modelToDot(model)).toBe(one.dot_plain.trimStart());
    expect(modelToDot(model, { showShapes: true })).toBe(one.dot_shapes.trimStart());
  });
}
