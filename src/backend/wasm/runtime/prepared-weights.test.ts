import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../../test/primitives/sample-data.ts";
import { type Aval, type Program, ProgramBuilder, withBuilder } from "../../../ir/program.ts";
import { sizeOf } from "../../../ir/shape.ts";
import * as p from "../../../ops/core/primitives/index.ts";
import { invariant } from "../../../util/errors.ts";
import { WasmBackend } from "../backend.ts";
import { WasmBuffer } from "./buffer.ts";

const random = randomNumbers(7);
const numbers = ({ shape }: Pick<Aval, "shape">): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, () => random() - 0.5);

/** Products and convolutions of one input by weights: state, or inputs as well. */
const cases: Readonly<Record<string, readonly [input: readonly number[], weights: readonly number[]]>> = {
  "a product": [
    [64, 300],
    [300, 260],
  ],
  "a convolution by Winograd's algorithm": [
    [2, 16, 16, 32],
    [3, 3, 32, 64],
  ],
  "a transposed convolution": [
    [2, 16, 16, 64],
    [3, 3, 32, 64],
  ],
  "a transposed convolution, gathered": [
    [2, 16, 16, 64],
    [5, 5, 32, 64],
  ],
  "a convolution to one channel": [
    [2, 16, 16, 32],
    [5, 5, 32, 1],
  ],
  "a pointwise convolution": [
    [1, 20, 20, 300],
    [1, 1, 300, 260],
  ],
};

function programOf(name: string, weightsAre: "state" | "inputs"): Program {
  const [inputShape = [], weightsShape = []] = cases[name] ?? [];
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: inputShape, dtype: "float32" });
  const aval = { shape: weightsShape, dtype: "float32" } as const;
  const w = weightsAre === "state" ? builder.stateInput(aval) : builder.input(aval);
  const size = weightsShape[0] ?? 1;
  const pad = [(size - 1) / 2, (size - 1) / 2] as const;
  const geometry = { strides: [1, 1], padding: [pad, pad], dilation: [1, 1], groups: 1 };
  const output = withBuilder(builder, () => {
    if (weightsShape.length === 2) return p.matmul(x, w);
    return name.startsWith("a transposed")
      ? p.convInputGrad(x, w, [2, 16, 16, 32], geometry)
      : p.conv(x, w, geometry);
  });
  return builder.finish([output]);
}

describe("weights that a program does not change", () => {
  it.each(Object.keys(cases))("are prepared once, and again when they have changed: %s", (name) => {
    const backend = new WasmBackend();
    const kept = backend.compile(programOf(name, "state"));
    const plain = backend.compile(programOf(name, "inputs"));
    const [x, w] = programOf(name, "inputs").inputs.map(numbers);
    const [aval] = programOf(name, "state").state;
    invariant(x !== undefined && w !== undefined && aval !== undefined, "an input and weights");
    const buffer = backend.allocate(aval, w);
    invariant(buffer instanceof WasmBuffer, "a buffer of this backend");
    const close = (values: Float32Array): void => {
      const [actual] = kept.run([x], [buffer]);
      const [expected] = plain.run([x, values], []);
      invariant(actual instanceof Float32Array && expected instanceof Float32Array, "results");
      const worst = actual.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? 0))),
        0,
      );
      expect(worst).toBeLessThan(1e-4);
    };
    close(w);
    close(w);
    const other = numbers({ shape: aval.shape });
    buffer.write(other);
    close(other);
    // Behind the buffer's back: what was made of the weights is what counts.
    backend.engine.heap.write(buffer.address, "float32", w);
    close(other);
    // Both leave the memory, and come back.
    buffer.write(w);
    backend.engine.clear();
    close(w);
  });

  it("may be those of another buffer at every call", () => {
    const backend = new WasmBackend();
    const program = programOf("a product", "state");
    const [x] = program.inputs.map(numbers);
    invariant(x !== undefined, "an input");
    const executable = backend.compile(program);
    const buffers = [0, 1].map(() =>
      backend.allocate({ shape: [300, 260], dtype: "float32" }, numbers({ shape: [300, 260] })),
    );
    const results = [0, 1, 0, 1].map((i) => executable.run([x], buffers.slice(i, i + 1))[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[3]).toEqual(results[1]);
    expect(results[1]).not.toEqual(results[0]);
  });

  it("are prepared in every step of a program that changes them", () => {
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [64, 300], dtype: "float32" });
    const w = builder.stateInput({ shape: [300, 260], dtype: "float32" });
    const [output, next] = withBuilder(builder, () => [p.matmul(x, w), p.scale(w, 2)] as const);
    const backend = new WasmBackend();
    const executable = backend.compile(builder.finish([output], [next]));
    const buffer = backend.allocate(w, numbers(w));
    const data = numbers(x);
    const [first] = executable.run([data], [buffer]);
    const [second] = executable.run([data], [buffer]);
    invariant(first instanceof Float32Array && second instanceof Float32Array, "results");
    expect(second).toEqual(first.map((value) => value * 2));
  });
});
