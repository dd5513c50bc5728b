import type { LayerBase } from "../../graph/layer-base.ts";
import { Int8Dense } from "./int8-dense.ts";
import { Int8EinsumDense } from "./int8-einsum-dense.ts";
import { Int8Embedding } from "./int8-embedding.ts";
import { Int8ReversibleEmbedding } from "./int8-reversible-embedding.ts";

/** A class that is made from a configuration. */
export interface QuantizedClass {
  readonly className: string;
  fromConfig(config: Readonly<Record<string, unknown>>): LayerBase;
}

/** The form of a layer's class whose weights are 8-bit integers, by the class's name in files. */
export const int8Classes: Readonly<Record<string, QuantizedClass>> = {
  Dense: Int8Dense,
  EinsumDense: Int8EinsumDense,
  Embedding: Int8Embedding,
  ReversibleEmbedding: Int8ReversibleEmbedding,
};
