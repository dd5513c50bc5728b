import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backend/index.ts";
import { CompiledFunction, type HostArray } from "../../src/graph/compiled-function.ts";
import { mapValues, valuesIn } from "../../src/graph/call-arguments.ts";
import { isLayer, type LayerBase } from "../../src/graph/layer-base.ts";
import { shapesOf } from "../../src/graph/layer-call.ts";
import { masksOf } from "../../src/graph/masks.ts";
import type { Variable } from "../../src/graph/variable.ts";
import { type DType, isFloat } from "../../src/ir/dtypes.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { Input } from "../../src/layers/core/input-layer.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { quantizeOne } from "../../src/models/quantize.ts";
import { isPlainObject } from "../../src/util/options.ts";
import { expectClose, tolerance, type ToleranceKind } from "./close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "./golden.ts";
import { camelKeys, goldenTensorsIn, isGoldenTensor, toTensor } from "./golden-tensors.ts";
import { gradientsOf } from "./gradients-of.ts";
import { camelCase } from "./keras-api.ts";
import { plainOfKeras, plainOfOurs } from "./plain-config.ts";

type Options = Readonly<Record<string, unknown>>;

interface Call {
  readonly training: boolean;
  readonly output: unknown;
  readonly output_mask?: unknown;
  readonly losses?: readonly number[];
  readonly updated_variables?: readonly { readonly path: string; readonly value: GoldenTensor }[];
  readonly grads?: {
    readonly cotangents: readonly (GoldenTensor | null)[];
    readonly inputs: readonly (GoldenTensor | null)[];
    readonly weights: readonly { readonly path: string; readonly grad: GoldenTensor | null }[];
  };
}

interface Weight {
  readonly name: string;
  readonly path: string;
  readonly trainable: boolean;
  readonly value: GoldenTensor;
}

/** One case of `golden/layers/<Class>.json`. */
export interface LayerCase {
  readonly name: string;
  readonly class: string;
  readonly ctor?: Options;
  readonly config: Options;
  readonly config_only?: boolean;
  readonly args?: readonly unknown[];
  readonly kwargs?: Options;
  readonly symbolic_output?: unknown;
  readonly compute_output_shape?: { readonly input: readonly unknown[]; readonly output: unknown };
  readonly weights?: readonly Weight[];
  readonly calls?: readonly Call[];
}

export interface LayerSuiteOptions {
  /** How a class's layers are made where its constructor takes objects (other layers, functions). */
  readonly make?: Readonly<Record<string, (one: LayerCase) => LayerBase>>;
  /** Reasons by `Class/case` (or `Class/*`, or `*` + `/case`): these cases are skipped. */
  readonly skip?: Readonly<Record<string, string>>;
  /** What Keras got wrong, by `Class/case`: replaces parts of the case. */
  readonly amend?: Readonly<Record<string, Partial<LayerCase>>>;
  /** What to do between building a layer and setting its weights (`adapt`). */
  readonly prepare?: (layer: LayerBase, one: LayerCase) => void;
}

/**
 * What real Keras computed for the named classes, on every backend: configuration, symbolic shape, weights, outputs,
 * masks, losses, updates of variables, gradients.
 *
 * @param classes - A family's index: `import * as classes from "…/layers/merging/index.ts"`.
 */
export function layerSuite(classes: object, names: readonly string[], options: LayerSuiteOptions = {}): void {
  describeGolden("layers as Keras computes them", () => {
    for (const backend of ["reference", "wasm"]) {
      describe(backend, () => {
        beforeAll(() => setBackend(backend));
        afterAll(() => setBackend("reference"));
        for (const name of names) {
          const cases = hasGolden ? casesOf(name) : [];
          describe(name, () => {
            for (const read of cases) {
              const one = { ...read, ...options.amend?.[`${read.class}/${read.name}`] };
              const reason = skipReason(one, options.skip ?? {});
              if (reason !== null) it.skip(`${one.name}: ${reason}`, () => {});
              else it(one.name, () => checkCase(() => make(classes, one, options), one, options));
            }
          });
        }
      });
    }
  });
}

interface NumpyBackend {
  readonly differs: readonly {
    readonly section: string;
    readonly case: string;
    readonly prefer: string;
    readonly numpy?: Partial<LayerCase>;
  }[];
  readonly numpy_only: Readonly<Record<string, readonly LayerCase[]>>;
}

/** A class's cases: those of the PyTorch backend, with NumPy's values where the corpus prefers them, and NumPy's own. */
function casesOf(name: string): readonly LayerCase[] {
  const { cases } = readGolden<{ cases: readonly LayerCase[] }>(`layers/${name}.json`);
  const { differs, numpy_only: more } = readGolden<NumpyBackend>("numpy_backend.json");
  const better = differs.filter(({ section, prefer }) => section === `layers/${name}` && prefer === "numpy");
  const corrected = cases.map((one) => ({
    ...one,
    ...better.find((entry) => entry.case === `${name}/${one.name}`)?.numpy,
  }));
  return [...corrected, ...(more[`layers/${name}`] ?? [])];
}

function skipReason(
  { class: className, name }: LayerCase,
  skip: Readonly<Record<string, string>>,
): string | null {
  return skip[`${className}/${name}`] ?? skip[`${className}/*`] ?? skip[`*/${name}`] ?? null;
}

function make(classes: object, one: LayerCase, { make: makers = {} }: LayerSuiteOptions): LayerBase {
  const maker = makers[one.class];
  if (maker !== undefined) return maker(one);
  const cls: unknown = Reflect.get(classes, one.class);
  if (typeof cls !== "function") throw new Error(`no layer ${one.class}`);
  const layer: unknown = Reflect.apply(cls, undefined, [camelKeys(one.ctor ?? one.config)]);
  if (!isLayer(layer)) throw new Error(`${one.class} makes no layer`);
  return layer;
}

/** How Keras quantized the layer when it was built; null where it did not. */
function modeOf({ config: { dtype } }: LayerCase): string | null {
  const mode = isPlainObject(dtype) && isPlainObject(dtype["config"]) ? dtype["config"]["mode"] : null;
  return typeof mode === "string" ? (mode.split("/")[0] ?? mode) : null;
}

function checkCase(makeLayer: () => LayerBase, one: LayerCase, options: LayerSuiteOptions): void {
  const layer = makeLayer();
  if (one.args === undefined || one.calls === undefined) {
    checkConfiguration(layer, one);
    return;
  }
  if (one.symbolic_output !== undefined) {
    const outputs = layer.invoke(...symbolicCall(one));
    expect(specsOf(outputs), "symbolic output").toEqual(one.symbolic_output);
  } else {
    // A stateful layer must know its batch size.
    const batched = one.config["stateful"] === true ? (shape: unknown): unknown => shape : withoutBatch;
    layer.ensureBuilt(one.args.map((arg) => batched(shapesOf(tensorsOf(arg)))) as never); // SAFETY: shapes stay shapes
  }
  options.prepare?.(layer, one);
  const mode = modeOf(one);
  if (mode !== null) quantizeOne(layer, [mode]);
  // Some layers complete their options when they are built.
  checkConfiguration(layer, one);
  checkWeights(layer, one);
  // Where Keras itself cannot tell, its error stands there.
  if (one.compute_output_shape !== undefined && "output" in one.compute_output_shape) {
    const { input, output } = one.compute_output_shape;
    expect(layer.computeOutputShape(...(input as never[])), "computeOutputShape").toEqual(output); // SAFETY: shapes, as Keras took them
  }
  one.calls.forEach((call, i) => checkCall(layer, one, call, `call ${i} (training: ${call.training})`));
}

/** The configuration is Keras's, and makes an equal layer. */
function checkConfiguration(layer: LayerBase, one: LayerCase): void {
  const keepName = one.ctor?.["name"] !== undefined;
  const config = layer.getConfig();
  expect(plainOfOurs(config, keepName), "configuration").toEqual(plainOfKeras(one.config, keepName));
  const { fromConfig } = layer.constructor as typeof LayerBase; // SAFETY: the constructor of a layer is its class
  const again = fromConfig.call(layer.constructor as typeof LayerBase, config); // SAFETY: as above
  expect(plainOfOurs(again.getConfig(), true), "configuration after a round trip").toEqual(
    plainOfOurs(config, true),
  );
}

/** Arguments and options as tensors of the graph, of unknown batch size. */
function symbolicCall({ args = [], kwargs = {} }: LayerCase): readonly unknown[] {
  const toInputs = (value: unknown): unknown => {
    if (isGoldenTensor(value))
      return Input({ batchShape: [null, ...value.shape.slice(1)], dtype: value.dtype as DType }); // SAFETY: the corpus's dtypes are ours
    return Array.isArray(value) ? value.map(toInputs) : value;
  };
  return [...args.map(toInputs), ...optionsOf(kwargs, toInputs)];
}

function optionsOf(kwargs: Options, f: (value: unknown) => unknown): unknown[] {
  const entries = Object.entries(kwargs).map(([name, value]) => [camelCase(name), f(value)]);
  return entries.length === 0 ? [] : [Object.fromEntries(entries)];
}

function tensorsOf(value: unknown): unknown {
  if (isGoldenTensor(value)) return toTensor(value);
  return Array.isArray(value) ? value.map(tensorsOf) : value;
}

function withoutBatch(shape: unknown): unknown {
  if (!Array.isArray(shape)) return shape;
  return typeof shape[0] === "number" ? [null, ...shape.slice(1)] : shape.map(withoutBatch);
}

function specsOf(outputs: unknown): unknown {
  return mapValues(outputs, ({ shape, dtype }) => ({ shape, dtype }));
}

function isSeed({ name }: { readonly name: string }): boolean {
  return name.endsWith("seed_generator_state");
}

function weightsOf(layer: LayerBase): Variable[] {
  return layer.variables.filter((variable) => !isSeed(variable));
}

/** Gives the layer Keras's weights. Seeds stay: random draws are each library's own. */
function checkWeights(layer: LayerBase, { weights = [] }: LayerCase): void {
  expect(layer.variables.filter(isSeed).length, "seeds").toBe(weights.filter(isSeed).length);
  const ours = weightsOf(layer);
  const theirs = weights.filter((weight) => !isSeed(weight));
  expect(ours.map(({ name, shape, dtype, trainable }) => ({ name, shape, dtype, trainable }))).toEqual(
    theirs.map(({ name, value, trainable }) => ({ name, shape: value.shape, dtype: value.dtype, trainable })),
  );
  ours.forEach((variable, i) => {
    const weight = theirs[i];
    if (weight !== undefined) variable.assign(toTensor(weight.value));
  });
}

function expectTensor(
  actual: Tensor | undefined,
  expected: GoldenTensor,
  kind: ToleranceKind,
  what: string,
  dtype = expected.dtype,
): void {
  if (actual === undefined) throw new Error(`${what}: missing`);
  expectClose({ values: numbersOf(actual), shape: actual.dims }, expected, tolerance(dtype, kind), what);
}

/** Elements as numbers, 16-bit floats decoded. */
function numbersOf(tensor: Tensor): ArrayLike<number> {
  return toNumbers(tensor.dataSync(), tensor.dtype);
}

/** Everything one call gives, as flat lists of tensors. */
interface Results {
  readonly outputs: readonly Tensor[];
  readonly masks: readonly Tensor[];
  readonly losses: readonly Tensor[];
  readonly inputGradients: { readonly [index: string]: Tensor };
  readonly weightGradients: { readonly [index: string]: Tensor };
}

function runCall(
  layer: LayerBase,
  { args = [], kwargs = {} }: LayerCase,
  { training, grads }: Call,
): Results {
  const given = [...goldenTensorsIn(args), ...Object.values(kwargs).flatMap(goldenTensorsIn)].map((tensor) =>
    toTensor(tensor),
  );
  const trainable = weightsOf(layer).filter((weight) => layer.trainableWeights.includes(weight));
  const cotangents = (grads?.cotangents ?? []).map((tensor) => (tensor === null ? null : toTensor(tensor)));
  const f = new CompiledFunction((inputs) => {
    const traced = [...(inputs as Tensor[])]; // SAFETY: called with a list below
    const floats = traced.filter(({ dtype }) => isFloat(dtype));
    const next = (value: unknown): unknown => {
      if (isGoldenTensor(value)) return traced.shift();
      return Array.isArray(value) ? value.map(next) : value;
    };
    const tensors = args.map(next);
    const options = { ...(optionsOf(kwargs, next)[0] as Options | undefined), training }; // SAFETY: an object, see optionsOf
    layer.clearLosses();
    const call = (): unknown => layer.invoke(...tensors, options);
    const outputsOf = (outputs: unknown): Tensor[] => valuesIn(outputs) as Tensor[]; // SAFETY: tensors in, tensors out
    const { result, ...found } =
      grads === undefined
        ? { result: call(), tensors: [], variables: [] }
        : gradientsOf(
            call,
            outputsOf,
            cotangents.filter((tensor) => tensor !== null),
            { tensors: floats, variables: trainable },
          );
    const listed = (tensors: readonly (Tensor | null)[]): Record<string, Tensor> =>
      Object.fromEntries(tensors.flatMap((tensor, i) => (tensor === null ? [] : [[String(i), tensor]])));
    return {
      outputs: outputsOf(result),
      masks: valuesIn(masksOf(result)) as Tensor[], // SAFETY: as the outputs
      losses: layer.losses,
      inputGradients: listed(found.tensors),
      weightGradients: listed(found.variables),
    };
  });
  const arrays = given.map((tensor): HostArray => ({
    data: tensor.dataSync(),
    shape: tensor.dims,
    dtype: tensor.dtype,
  }));
  const results = f.runSync(arrays);
  layer.clearLosses();
  return results as unknown as Results; // SAFETY: the form that the function gives
}

function checkCall(layer: LayerBase, one: LayerCase, call: Call, what: string): void {
  const results = runCall(layer, one, call);
  const expected = goldenTensorsIn(call.output);
  expect(
    results.outputs.map(({ dtype }) => dtype),
    `${what}: dtypes`,
  ).toEqual(expected.map(({ dtype }) => dtype));
  // In mixed precision everything is as coarse as the dtype that is computed in.
  const coarse = layer.computeDtype === "float64" ? "float32" : layer.computeDtype;
  expected.forEach((tensor, i) =>
    expectTensor(
      results.outputs[i],
      tensor,
      "op",
      `${what}: output ${i}`,
      isFloat(tensor.dtype as DType) ? coarse : tensor.dtype,
    ),
  ); // SAFETY: the corpus's dtypes are ours
  if (call.output_mask !== undefined) {
    goldenTensorsIn(call.output_mask).forEach((mask, i) =>
      expectTensor(results.masks[i], mask, "exact", `${what}: mask ${i}`),
    );
    expect(results.masks.length, `${what}: masks`).toBe(goldenTensorsIn(call.output_mask).length);
  }
  if (call.losses !== undefined) {
    const losses = results.losses.map((loss) => loss.item());
    expectClose(losses, call.losses, tolerance("float32", "op"), `${what}: losses`);
  }
  for (const { path, value } of call.updated_variables ?? []) {
    const variable = weightsOf(layer)[indexOfPath(one, path)];
    if (isSeed({ name: path })) continue;
    expectTensor(
      variable?.value,
      value,
      "op",
      `${what}: ${path}`,
      isFloat(value.dtype as DType) ? coarse : value.dtype,
    ); // SAFETY: the corpus's dtypes are ours
  }
  checkGradients(layer, one, call, results, what);
}

/** The place of a path among the weights that are no seeds. */
function indexOfPath({ weights = [] }: LayerCase, path: string): number {
  return weights.filter((weight) => !isSeed(weight)).findIndex((weight) => weight.path === path);
}

function checkGradients(
  layer: LayerBase,
  one: LayerCase,
  { grads }: Call,
  results: Results,
  what: string,
): void {
  const checkOne = (actual: Tensor | undefined, expected: GoldenTensor | null, name: string): void => {
    if (expected === null) {
      const largest = actual === undefined ? 0 : Math.max(...Array.from(numbersOf(actual), Math.abs));
      expect(largest, `${what}: gradient of ${name}`).toBe(0);
    } else if (actual === undefined) {
      expectClose(
        expected.values.map(() => 0),
        expected,
        tolerance("float32", "grad"),
        `${what}: gradient of ${name}`,
      );
    } else expectTensor(actual, expected, "grad", `${what}: gradient of ${name}`, layer.computeDtype);
  };
  grads?.inputs.forEach((expected, i) => checkOne(results.inputGradients[i], expected, `input ${i}`));
  const trainable = weightsOf(layer).filter((weight) => layer.trainableWeights.includes(weight));
  for (const { path, grad } of grads?.weights ?? []) {
    const variable = weightsOf(layer)[indexOfPath(one, path)];
    const index = variable === undefined ? -1 : trainable.indexOf(variable);
    checkOne(results.weightGradients[index], grad, path);
  }
}
