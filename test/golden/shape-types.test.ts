import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeGolden, goldenFiles, readGoldenJson } from "../support/golden.ts";

/*
 * The shape rules in the types against the output shapes that Keras gave: every golden layer case becomes two lines of
 * TypeScript (unknown and known batch size), and the compiler is asked whether they hold.
 */

type Config = Readonly<Record<string, unknown>>;

interface LayerCase {
  readonly name: string;
  readonly class: string;
  readonly config: Config;
  readonly args: readonly unknown[];
  readonly kwargs: Config;
  readonly symbolic_output: unknown;
  readonly compute_output_shape?: { readonly input: readonly unknown[]; readonly output: unknown };
}

/** A JSON value as a literal type. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `readonly [${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, child]) => `readonly ${key}: ${literal(child)}`)
      .join("; ")} }`;
  }
  return JSON.stringify(value);
}

/** Picks options of a Keras configuration, under the names they have in TypeScript. */
function settings(config: Config, names: readonly string[], more: Config = {}): string {
  const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return literal({ ...Object.fromEntries(names.map((name) => [camel(name), config[name]])), ...more });
}

const convolution = ["filters", "kernel_size", "strides", "padding", "dilation_rate", "data_format"];
const pooling = ["pool_size", "strides", "padding", "data_format"];
const recurrent = ["return_sequences", "return_state"];

const sameShape = new Set(
  (
    "Activation ActivityRegularization AlphaDropout BatchNormalization Dropout ELU GaussianDropout GaussianNoise " +
    "GroupNormalization Identity LayerNormalization LeakyReLU Masking PReLU RMSNormalization ReLU Rescaling Softmax " +
    "SpatialDropout1D SpatialDropout2D SpatialDropout3D UnitNormalization"
  ).split(" "),
);

/** The rule type of a layer; `null` for layers that have none of their own. */
function ruleOf(name: string, c: Config): string | null {
  const [, family = name, rank = "2"] = /^(.*?)([123])D(Transpose)?$/.exec(name) ?? [];
  const title = JSON.stringify(name);
  const wrapped = c["layer"] as { class_name: string; config: Config } | undefined; // SAFETY: a serialized layer
  const inner = wrapped === undefined ? null : ruleOf(wrapped.class_name, wrapped.config);
  if (sameShape.has(name)) return "st.SameRule";
  if (/^Conv\dDTranspose$/.test(name)) {
    return `st.TransposeRule<${title}, ${rank}, ${settings(c, [...convolution, "output_padding"])}>`;
  }
  switch (family) {
    case "Conv":
    case "SeparableConv":
      return `st.ConvolutionRule<${title}, ${rank}, ${settings(c, convolution)}>`;
    case "DepthwiseConv":
      return `st.DepthwiseRule<${title}, ${rank}, ${settings(c, [...convolution.slice(1), "depth_multiplier"])}>`;
    case "MaxPooling":
    case "AveragePooling":
      return `st.PoolingRule<${title}, ${rank}, ${settings(c, pooling)}>`;
    case "GlobalMaxPooling":
    case "GlobalAveragePooling":
      return `st.GlobalPoolingRule<${title}, ${rank}, ${literal(c["data_format"])}, ${literal(c["keepdims"])}>`;
    case "UpSampling":
      return `st.ResizeRule<${title}, ${rank}, "multiply", ${literal(c["size"])}, ${literal(c["data_format"] ?? "channels_last")}>`;
    case "ZeroPadding":
    case "Cropping": {
      const how = family === "Cropping" ? "subtract" : "add";
      const border = literal(c[family === "Cropping" ? "cropping" : "padding"]);
      const format = literal(c["data_format"] ?? "channels_last");
      return `st.ResizeRule<${title}, ${rank}, "${how}", st.BorderSum<${border}, ${rank}>, ${format}>`;
    }
    case "ConvLSTM":
      return `st.ConvRecurrentRule<${title}, ${rank}, ${settings(c, convolution)}, ${settings(c, recurrent, { states: 2 })}>`;
    case "Dense":
      return `st.DenseRule<${literal(c["units"])}>`;
    case "Embedding":
      return `st.EmbeddingRule<${literal(c["output_dim"])}>`;
    case "EinsumDense":
      return `st.EinsumDenseRule<${literal(c["equation"])}, ${literal(c["output_shape"])}>`;
    case "Flatten":
      return c["data_format"] === "channels_first" ? null : "st.FlattenRule";
    case "Reshape":
      return `st.ReshapeRule<${literal(c["target_shape"])}>`;
    case "Permute":
      return `st.PermuteRule<${literal(c["dims"])}>`;
    case "RepeatVector":
      return `st.RepeatVectorRule<${literal(c["n"])}>`;
    case "Add":
    case "Average":
    case "Maximum":
    case "Minimum":
    case "Multiply":
    case "Subtract":
      return `st.MergeRule<${title}>`;
    case "Concatenate":
      return `st.ConcatenateRule<${title}, ${literal(c["axis"])}>`;
    case "Dot":
      return `st.DotRule<${literal(c["axes"])}>`;
    case "SimpleRNN":
    case "GRU":
    case "LSTM":
      return `st.RecurrentRule<${title}, ${literal(c["units"])}, ${settings(c, recurrent, { states: name === "LSTM" ? 2 : 1 })}>`;
    case "SpectralNormalization":
      return inner;
    case "TimeDistributed":
      return inner === null ? null : `st.TimeDistributedRule<${inner}>`;
    case "Bidirectional":
      return inner === null ? null : `st.BidirectionalRule<${inner}, ${literal(c["merge_mode"])}>`;
    case "Attention":
    case "AdditiveAttention":
      return `st.AttentionRule<${title}>`;
    case "MultiHeadAttention":
    case "GroupQueryAttention":
      return `st.MultiHeadRule<${literal(c["num_heads"] ?? c["num_query_heads"])}, ${literal(c["output_shape"] ?? null)}>`;
    default:
      return null;
  }
}

/** Shapes in arrays and objects: a tensor's shape in place of the tensor. */
function shapesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapesIn);
  // SAFETY: leaves of a case's arguments are tensors or their specs
  return (value as { shape: unknown }).shape;
}

/** The same with the batch size unknown. */
function batched(shapes: unknown): unknown {
  if (!Array.isArray(shapes)) return shapes;
  return typeof shapes[0] === "number" ? [null, ...shapes.slice(1)] : shapes.map(batched);
}

interface Check {
  readonly label: string;
  readonly line: string;
}

function checksOf({ name, class: className, config, args, kwargs, ...result }: LayerCase): Check[] {
  const rule = ruleOf(className, config);
  // Scores are asked for in the call, not in the configuration, and belong to another rule.
  if (rule === null || result.symbolic_output === undefined || "return_attention_scores" in kwargs) return [];
  const takesPair = className === "MultiHeadAttention" || className === "GroupQueryAttention";
  const given = takesPair ? shapesIn(args.slice(0, 2)) : shapesIn(args[0]);
  const symbolic = `Equal<st.Apply<${rule}, ${literal(batched(given))}>, ${literal(shapesIn(result.symbolic_output))}>`;
  const checks = [{ label: `${className}/${name}`, line: symbolic }];
  const known = result.compute_output_shape;
  if (known !== undefined && !takesPair && args.length === 1) {
    const concrete = `Equal<st.Apply<${rule}, ${literal(known.input[0])}>, ${literal(known.output)}>`;
    checks.push({ label: `${className}/${name} (known batch size)`, line: concrete });
  }
  return checks;
}

describeGolden("shape rules in types give Keras's shapes", () => {
  it("for every golden layer case", () => {
    const checks = goldenFiles("layers", ".json").flatMap((file) =>
      readGoldenJson<{ cases: LayerCase[] }>(`layers/${file}`).cases.flatMap(checksOf),
    );
    expect(checks.length).toBeGreaterThan(500);
    const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
    const header = [
      `import type * as st from "${path("../../src/ir/shape-types/index.ts")}";`,
      `import type { Equal } from "${path("../types/expect.ts")}";`,
    ];
    const folder = mkdtempSync(join(tmpdir(), "antler-shape-types-"));
    try {
      const file = join(folder, "cases.ts");
      const lines = checks.map(({ line }, i) => `export const case${i}: ${line} = true;`);
      writeFileSync(file, [...header, ...lines].join("\n"));
      const failures = compile(file).map((line) => checks[line - 1 - header.length]?.label ?? `line ${line}`);
      expect(failures).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The lines with errors. */
function compile(file: string): number[] {
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const options =
    "--ignoreConfig --noEmit --strict --target es2024 --module nodenext --lib esnext,dom --types node";
  const more = "--allowImportingTsExtensions --skipLibCheck --pretty false".split(" ");
  const roots = ["--typeRoots", fileURLToPath(new URL("../../node_modules/@types", import.meta.url))];
  try {
    execFileSync(process.execPath, [tsc, ...options.split(" "), ...more, ...roots, file], {
      encoding: "utf8",
    });
    return [];
  } catch (error) {
    const output = String((error as { stdout?: unknown }).stdout); // SAFETY: what execFileSync throws
    const errors = [...output.matchAll(/^(.*)\((\d+),\d+\): error/gm)];
    expect(errors.length, output).toBeGreaterThan(0);
    const elsewhere = errors.filter(([, path]) => !path?.endsWith("cases.ts")).map(([text]) => text);
    expect(elsewhere, output).toEqual([]);
    return errors.map(([, , line]) => Number(line));
  }
}
