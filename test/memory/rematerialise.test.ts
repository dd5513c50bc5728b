import { describe, expect, it } from "vitest";
import { needAllKernels } from "../../src/backend/kernels/all.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import { schedule } from "../../src/compiler/compile.ts";
import type { Schedule } from "../../src/compiler/kernel-ir/kernel-ir.ts";
import * as antler from "../../src/index.ts";
import type { TypedArray } from "../../src/ir/dtypes.ts";
import { fromNumbers } from "../../src/ir/numbers.ts";
import type { Aval, Program } from "../../src/ir/program.ts";
import { sizeOf } from "../../src/ir/shape.ts";
import { randomNumbers } from "../primitives/sample-data.ts";
import { expectClose } from "../support/close.ts";
import { largestProgram } from "../support/planned-steps.ts";

const { Input, layers, tensor } = antler;

/** Blocks of convolution, normalization, activation and dropout. */
function convolutional(): ReturnType<typeof antler.Model> {
  const inputs = Input({ shape: [16, 16, 3] });
  const block = (x: unknown): unknown => {
    const y = layers.Conv2D(8, 3, { padding: "same", useBias: false })(x as typeof inputs); // SAFETY: images
    return layers.Dropout(0.25)(layers.Activation("swish")(layers.BatchNormalization()(y)));
  };
  let x: unknown = inputs;
  for (let i = 0; i < 6; i++) x = block(x);
  const pooled = layers.GlobalAveragePooling2D()(x as typeof inputs); // SAFETY: as above
  return antler.Model({ inputs, outputs: layers.Dense(4)(pooled) });
}

/** Layers of products, normalizations and gelu, in mixed precision. */
function transformerLike(): ReturnType<typeof antler.Model> {
  const inputs = Input({ shape: [12, 16] });
  let x = layers.Dense(16)(inputs);
  for (let i = 0; i < 4; i++) {
    const y = layers.LayerNormalization()(x);
    const wide = layers.Dense(64, { activation: "gelu", dtype: "mixed_bfloat16" })(y);
    x = layers.add([x, layers.Dense(16, { dtype: "float32" })(wide)]) as typeof x; // SAFETY: the same shape
  }
  return antler.Model({ inputs, outputs: layers.Dense(4)(layers.GlobalAveragePooling1D()(x)) });
}

async function stepOf(make: typeof convolutional, shape: readonly number[]): Promise<Program> {
  return largestProgram(async () => {
    const model = make();
    model.compile({ optimizer: "adam", loss: "mse" });
    const size = shape.reduce((a, b) => a * b, 1);
    await model.trainOnBatch(
      tensor(new Float32Array(size), { shape }),
      tensor(new Float32Array(16 * 4), { shape: [16, 4] }),
    );
  });
}

/** What a schedule of a program makes of random inputs and state. */
function run(program: Program, planned: Schedule): number[][] {
  needAllKernels();
  const random = randomNumbers(5);
  const draw = ({ shape, dtype }: Aval): TypedArray =>
    fromNumbers(
      Array.from({ length: sizeOf(shape) }, () =>
        dtype.startsWith("float") ? 0.1 + random() : Math.floor(random() * 9),
      ),
      dtype,
    );
  const backend = new WasmBackend();
  const inputs = program.inputs.map(draw);
  const state = program.state.map((aval) => backend.allocate(aval, draw(aval)));
  const executable = backend.compileSchedule(planned, inputs.length, state.length);
  const outputs = executable.run(inputs, state);
  return [...outputs, ...state.map((buffer) => buffer.read())].map((data) => Array.from(data, Number));
}

describe("a step with less memory than it would take", () => {
  it.each([
    ["of convolutions", convolutional, [16, 16, 16, 3], 0.6, 1e-4],
    // Sums that are formed in another order round to other numbers of 16 bits.
    ["of products", transformerLike, [16, 12, 16], 0.8, 1e-3],
  ] as const)(
    "%s computes cheap values twice, with the same results",
    async (_, make, shape, share, rtol) => {
      const program = await stepOf(make, shape);
      const plain = schedule(program);
      const small = schedule(program, { arenaBytes: Math.floor(plain.arenaBytes * share) });
      expect(small.arenaBytes).toBeLessThanOrEqual(plain.arenaBytes * share);
      const [expected, actual] = [run(program, plain), run(program, small)];
      expected.forEach((values, i) =>
        expectClose(actual[i] ?? [], values, { rtol, atol: rtol / 10 }, `array ${i}`),
      );
    },
  );

  it("is what the backend makes of a model that would not fit otherwise", async () => {
    const program = await stepOf(convolutional, [16, 16, 16, 3]);
    const { arenaBytes } = schedule(program);
    const memoryBytes = 65536 * Math.ceil((arenaBytes * 0.85) / 65536);
    expect(() => new WasmBackend({ memoryBytes }).compile(program)).not.toThrow();
    expect(() => new WasmBackend({ memoryBytes: arenaBytes / 8 }).compile(program)).toThrow(/smaller batch/);
    antler.config.setMemoryLimit(Math.max(2 ** 20, arenaBytes / 8));
    try {
      expect(() => new WasmBackend().compile(program)).toThrow(/smaller batch/);
    } finally {
      antler.config.setMemoryLimit(null);
    }
    expect(() => antler.config.setMemoryLimit(1000)).toThrow(antler.OptionError);
  });
});
