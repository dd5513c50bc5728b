import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand } from "../../src/cli/run-command.ts";
import { valuesIn } from "../../src/graph/call-arguments.ts";
import { FormatError, Input, Layer, layers, Model, OptionError, ops } from "../../src/index.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { sizeOf } from "../../src/ir/shape.ts";
import type { ModelClass } from "../../src/models/model.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import { exportGraph } from "../../src/saving/onnx/export-graph.ts";
import { writeModelProto } from "../../src/saving/onnx/model-proto.ts";
import { randomNumbers } from "../primitives/sample-data.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { scramble } from "../support/compare-onnx.ts";
import { openOnnx, runOnnx } from "../support/onnx.ts";
import { type Given, onnxCases } from "./onnx-cases.ts";

const folder = mkdtempSync(join(tmpdir(), "antler-onnx-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function randomTensor(given: Given, seed: number): Tensor {
  const random = randomNumbers(seed);
  const { shape, dtype } = "dtype" in given ? given : { shape: given, dtype: "float32" as DType };
  const size = sizeOf(shape);
  return dtype === "float32"
    ? Tensor.fromData(
        Float32Array.from({ length: size }, () => 2 * random() - 1),
        shape,
        dtype,
      )
    : Tensor.fromData(
        Int32Array.from({ length: size }, () => Math.floor(6 * random())),
        shape,
        dtype,
      );
}

function infer(model: ModelClass, inputs: readonly Tensor[]): Tensor[] {
  const given = inputs.length === 1 ? inputs[0] : inputs;
  return valuesIn(model.invoke(given, { training: false })) as Tensor[]; // SAFETY: tensors in, tensors out
}

describe("a model and its ONNX file compute the same", () => {
  it.each(onnxCases.map((one) => [one.name, one] as const))("%s", async (_, { make, runs, holds }) => {
    const model = make();
    scramble(model);
    const graph = exportGraph(model);
    if (holds !== undefined) expect(graph.nodes.map(({ opType }) => opType)).toContain(holds);
    const session = await openOnnx(writeModelProto(graph));
    for (const [seed, shapes] of runs.entries()) {
      const inputs = shapes.map((given, i) => randomTensor(given, 10 * seed + i));
      const ours = infer(model, inputs);
      const theirs = await runOnnx(session, inputs);
      expect(theirs.map(({ dims, dtype }) => ({ dims, dtype }))).toEqual(
        ours.map(({ dims, dtype }) => ({ dims, dtype })),
      );
      ours.forEach((tensor, i) => {
        const expected = {
          values: Array.from(toNumbers(tensor.dataSync(), tensor.dtype)),
          shape: tensor.dims,
        };
        const actual = theirs[i] ?? tensor;
        expectClose(
          toNumbers(actual.dataSync(), actual.dtype),
          expected,
          tolerance(tensor.dtype, "model"),
          `output ${i}`,
        );
      });
    }
    await session.release();
  });
});

describe("the file", () => {
  const make = (): ModelClass => {
    const image = Input({ shape: [8, 8, 3], name: "image" });
    const x = layers.Conv2D(4, 3, { activation: "relu", name: "features" })(image);
    const pooled = layers.GlobalAveragePooling2D({ name: "pool" })(x);
    const score = layers.Dense(2, { name: "score" })(pooled);
    return Model({ inputs: image, outputs: [score, pooled], name: "small" });
  };

  it("names inputs and outputs by their layers, and leaves the batch open", async () => {
    const session = await openOnnx(writeModelProto(exportGraph(make())));
    expect(session.inputNames).toEqual(["image"]);
    expect(session.outputNames).toEqual(["score", "pool"]);
    const shapes = [...session.inputMetadata, ...session.outputMetadata].map((each) =>
      each.isTensor ? each.shape : null,
    );
    expect(shapes).toEqual([
      ["batch", 8, 8, 3],
      ["batch", 2],
      ["batch", 4],
    ]);
  });

  it("has operators and weights under the names of layers, without needless transposes", () => {
    const graph = exportGraph(make());
    expect(graph.nodes.map(({ opType, name }) => `${name}: ${opType}`)).toEqual([
      "features/Transpose: Transpose",
      "features/Conv: Conv",
      "features/Relu: Relu",
      "pool/ReduceMean: ReduceMean",
      "score/MatMul: Gemm",
    ]);
    expect(graph.initializers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["features/kernel:3201", "features/bias", "score/kernel", "score/bias"]),
    );
  });

  it("keeps names apart that layers of two models share", async () => {
    const [a, b] = [Input({ shape: [2], name: "x" }), Input({ shape: [2], name: "z" })];
    const inner = Model({ inputs: b, outputs: layers.Dense(2, { name: "x" })(b), name: "inner" });
    const y = inner(a);
    const model = Model({ inputs: a, outputs: [y, y, layers.Dense(1, { name: "y" })(y)] });
    const session = await openOnnx(writeModelProto(exportGraph(model)));
    expect(new Set([...session.inputNames, ...session.outputNames]).size).toBe(4);
    const [one] = await runOnnx(session, [Tensor.fromData(Float32Array.of(1, 2), [1, 2], "float32")]);
    expect(one?.dims).toEqual([1, 2]);
  });

  it("is written by model.export, and by the command line", async () => {
    const model = make();
    const path = join(folder, "small.onnx");
    await model.export(path, { format: "onnx" });
    expect(readFileSync(path)).toEqual(Buffer.from(writeModelProto(exportGraph(model))));
    await model.save(join(folder, "small.keras"));
    const complaints: string[] = [];
    const output = { print: () => {}, complain: (text: string) => complaints.push(text) };
    const args = ["convert", join(folder, "small.keras"), join(folder, "converted.onnx")];
    expect(await runCommand(args, output)).toBe(0);
    expect(readFileSync(join(folder, "converted.onnx"))).toEqual(readFileSync(path));
    expect(await runCommand(args, output)).toBe(2);
    expect(complaints.join()).toContain("--overwrite");
  });
});

describe("what cannot be written", () => {
  /** `erfInv` is a function that ONNX has no operator for. */
  class Quantile extends Layer {
    override call(inputs: Tensor): unknown {
      return ops.erfinv(inputs);
    }
  }

  it("is refused by name, all of it at once, and no file is made", async () => {
    const x = Input({ shape: [4] });
    const own = layers.Lambda((y: Tensor) => ops.add(y, ops.erfinv(y)), { name: "own" });
    const model = Model({ inputs: x, outputs: [new Quantile({ name: "first" })(x), own(x), ops.erfinv(x)] });
    const path = join(folder, "refused.onnx");
    const error = await model.export(path).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toContain("first (Quantile): ONNX has no operator for `erfInv`");
    expect(String(error)).toContain("own (Lambda): ONNX has no operator for `erfInv`");
    expect(String(error)).toContain("ops.erfinv (Operation): ONNX has no operator for `erfInv`");
    expect(existsSync(path)).toBe(false);
  });

  it("state that changes is refused by the layer that keeps it", () => {
    const x = Input({ batchShape: [2, 5, 3] });
    const model = Model({ inputs: x, outputs: layers.LSTM(4, { stateful: true, name: "memory" })(x) });
    expect(() => exportGraph(model)).toThrow(/memory \(LSTM\).*stateful: false/s);
  });

  it("so is chance", () => {
    const x = Input({ shape: [3] });
    const always = layers.Dropout(0.5, { name: "always" });
    const model = Model({ inputs: x, outputs: always(x, { training: true }) });
    expect(() => exportGraph(model)).toThrow(/always \(Dropout\).*without training: true/s);
  });

  it("a model without a graph is told to get one", async () => {
    class Own extends Model {
      readonly dense = layers.Dense(2);
      override call(inputs: unknown): unknown {
        return this.dense.invoke(inputs);
      }
    }
    const own = new Own({ name: "mine" });
    await expect(own.export(join(folder, "own.onnx"))).rejects.toThrow(/mine \(Own\).*not built/);
    const data = Tensor.fromData(Float32Array.of(1, 2, 3), [1, 3], "float32");
    const expected = own.invoke(data) as Tensor; // SAFETY: tensors in, tensor out
    expect(() => exportGraph(own)).toThrow(/Model\(inputs, model\(inputs\)\)/);
    const inputs = Input({ shape: [3] });
    const session = await openOnnx(
      writeModelProto(exportGraph(Model({ inputs, outputs: own.invoke(inputs) }))),
    );
    const [actual] = await runOnnx(session, [data]);
    expect(actual?.dims).toEqual(expected.dims);
    expectClose(
      toNumbers(actual?.dataSync() ?? new Float32Array(0), "float32"),
      { values: Array.from(expected.dataSync(), Number), shape: expected.dims },
      tolerance("float32", "model"),
      "wrapped",
    );
  });

  it("options are checked", async () => {
    const x = Input({ shape: [2] });
    const model = Model({ inputs: x, outputs: layers.Dense(1)(x) });
    const path = join(folder, "there.onnx");
    writeFileSync(path, "old");
    await expect(model.export(path, { format: "openvino" as never })).rejects.toThrow(OptionError);
    await expect(model.export(path, { formt: "onnx" } as never)).rejects.toThrow(/format/);
    await expect(model.export(join(folder, "model.pb"))).rejects.toThrow(/\.onnx/);
    await expect(model.export(path, { overwrite: false })).rejects.toThrow(/overwrite/);
    expect(readFileSync(path, "utf8")).toBe("old");
  });
});
