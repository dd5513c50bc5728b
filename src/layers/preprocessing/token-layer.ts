import { LayerBase } from "../../graph/layer-base.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { containsSymbolic } from "../../ops/core/value.ts";
import { AntlerError } from "../../util/errors.ts";
import type { OutputMode } from "./encode.ts";
import { rowsOf, type Token, type Tokens, readTokens } from "./tokens.ts";

/** Base of layers that read tokens: they run on data before it reaches a model, since graphs hold no strings. */
export abstract class TokenLayer extends LayerBase {
  /** The result for nested tokens. */
  protected abstract process(tokens: Tokens): unknown;

  override invoke(...given: readonly unknown[]): unknown {
    const [inputs] = given;
    if (containsSymbolic(given)) {
      throw new AntlerError(
        `${this.where}: it reads strings or builds tables, which graphs cannot hold. Apply it to the data before they reach the model.`,
      );
    }
    return this.process(readTokens(this.where, inputs));
  }

  override call(inputs: unknown): unknown {
    return this.process(readTokens(this.where, inputs));
  }
}

/** A number for each token, null for those that do not count. */
type Places = readonly (number | null)[];

/** Encodes places in rows: which occur, how often, or each by itself. */
export function encodePlaces(
  places: Places,
  shape: readonly number[],
  mode: Exclude<OutputMode, "int"> | "tf_idf",
  depth: number,
  weights: readonly number[] | null = null,
): Tensor {
  if (mode === "one_hot") {
    const dims =
      shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape.length === 0 ? [1] : shape;
    const data = new Float32Array(places.length * depth);
    places.forEach((place, i) => place !== null && (data[i * depth + place] = 1));
    return Tensor.fromData(data, [...dims, depth], "float32");
  }
  const { rows, outer } = rowsOf(places, shape.length === 0 ? [1] : shape);
  const data = new Float32Array(rows.length * depth);
  rows.forEach((row, i) => {
    for (const place of row) {
      if (place === null) continue;
      const at = i * depth + place;
      data[at] = mode === "multi_hot" ? 1 : (data[at] ?? 0) + (weights === null ? 1 : (weights[place] ?? 0));
    }
  });
  return Tensor.fromData(data, [...outer, depth], "float32");
}

/** Rows of different lengths, each with its index among the documents, for counting. */
export function documentsOf({ values, shape }: Tokens): readonly (readonly Token[])[] {
  // Single tokens are documents of their own.
  return shape.length <= 1 ? values.map((value) => [value]) : rowsOf(values, shape).rows;
}
