import { tensor, type Tensor } from "../../src/index.ts";
import type { ModelClass } from "../../src/models/model.ts";

/** What a model makes of four samples of each of its inputs, which are the same everywhere. */
export async function predictionsOf(model: ModelClass): Promise<number[][]> {
  const inputs = model.inputs.map(({ shape, dtype }) => {
    const [, ...rest] = shape.map((size) => size ?? 5);
    const size = rest.reduce((product, n) => product * n, 4);
    const values = Float32Array.from({ length: size }, (_, i) =>
      dtype.startsWith("float") ? Math.sin(1 + i * 0.7) : i % 5,
    );
    return tensor(values, { shape: [4, ...rest], dtype });
  });
  const outputs = await model.predict(inputs.length === 1 ? inputs[0] : inputs, { verbose: 0 });
  const list: readonly Tensor[] = Array.isArray(outputs) ? outputs : [outputs];
  return Promise.all(list.map(async (output) => Array.from(await output.data(), Number)));
}
