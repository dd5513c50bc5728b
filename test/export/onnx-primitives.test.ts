import { describe, expect, it } from "vitest";
import { evaluateProgram } from "../../src/backend/reference/evaluate.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import type { Primitive, Sample } from "../../src/ir/primitive.ts";
import { allPrimitives } from "../../src/ir/primitives/all.ts";
import { emit } from "../../src/ir/program.ts";
import { Input, Layer, Model } from "../../src/index.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import { writeOnnx } from "../../src/saving/onnx/index.ts";
import { describeSample, referenceInputs, sampleInputs, sampleProgram } from "../primitives/sample-data.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { openOnnx, runOnnx } from "../support/onnx.ts";

/** Primitives that are not written, and why; one that works after all fails the suite. */
const refused: Readonly<Record<string, string>> = {
  lastOccurrence: "only the compiler makes it",
  attentionGrad: "a gradient",
  convFilterGrad: "a gradient",
  windowMaxGrad: "a gradient",
  windowSumGrad: "a gradient",
  digamma: "ONNX has no such function",
  erfInv: "ONNX has no such function",
  lgamma: "ONNX has no such function",
  threefry: "random numbers",
};

/** A layer that applies one primitive to its inputs, and hands an input of its own through. */
class Applied extends Layer {
  readonly primitive: Primitive;
  readonly sample: Sample;

  constructor(primitive: Primitive, sample: Sample) {
    super({ name: `the_${primitive.name.toLowerCase()}`, autocast: false });
    this.primitive = primitive;
    this.sample = sample;
  }

  override call(inputs: unknown): unknown {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[]; // SAFETY: the model's inputs
    const operands = list.slice(0, this.sample.inputs.length).map((tensor) => tensor.traced);
    return emit(this.primitive, operands, this.sample.params).map((value) => Tensor.traced(value));
  }
}

/** Runs a sample in ONNX Runtime and compares it with the reference. */
async function conform(primitive: Primitive, sample: Sample, seed: number): Promise<void> {
  const program = sampleProgram(primitive, sample);
  const expected = evaluateProgram(program, referenceInputs(sample, seed)).outputs;
  const given = sampleInputs(sample, seed).map((data, i) => {
    const { shape = [], dtype = "float32" } = sample.inputs[i] ?? {};
    return Tensor.fromData(data, shape, dtype);
  });
  const tensors = given.length === 0 ? [Tensor.fromData(Float32Array.of(0), [1], "float32")] : given;
  const inputs = tensors.map(({ dims, dtype }, i) => Input({ batchShape: dims, dtype, name: `x${i}` }));
  const outputs = new Applied(primitive, sample).invoke(inputs.length === 1 ? inputs[0] : inputs);
  const session = await openOnnx(writeOnnx(Model({ inputs, outputs })));
  const actual = await runOnnx(session, tensors);
  expected.forEach(({ dtype, shape, data }, i) => {
    const result = actual[i];
    if (result === undefined) throw new Error(`result ${i} is missing`);
    expect(result.dtype).toBe(dtype);
    const numbers = { values: toNumbers(result.dataSync(), dtype), shape: result.dims };
    // What ONNX Runtime has no double-precision kernel for is computed in single precision.
    const kind = tolerance(dtype === "float64" ? "float32" : dtype, "op");
    expectClose(numbers, { values: data, shape }, kind, `${primitive.name} ${describeSample(sample)}`);
  });
  await session.release();
}

/** The runtime's binding for JavaScript has no tensors of bfloat16, and its `TopK` no place for NaN. */
const isTestable = ({ name }: Primitive, { inputs, params }: Sample): boolean =>
  [...inputs, params].every(({ dtype }) => dtype !== "bfloat16") &&
  (name !== "sort" || inputs.every(({ values }) => values?.some(Number.isNaN) !== true));

describe("every primitive as ONNX", () => {
  it.each(allPrimitives.map((primitive) => [primitive.name, primitive] as const))(
    "%s",
    async (name, primitive) => {
      for (const [i, sample] of primitive
        .samples()
        .filter((each) => isTestable(primitive, each))
        .entries()) {
        if (refused[name] === undefined) await conform(primitive, sample, i);
        else
          await expect(conform(primitive, sample, i), `${name} works: take it off the list`).rejects.toThrow(
            `the_${name.toLowerCase()}`,
          );
      }
    },
  );
});
