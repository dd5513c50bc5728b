import type { LayerBase } from "../../graph/layer-base.ts";
import type { QuantizationMode } from "../../quantizers/modes.ts";
import { Dense } from "../core/dense.ts";
import { EinsumDense } from "../core/einsum-dense.ts";
import { Embedding } from "../core/embedding.ts";
import { ReversibleEmbedding } from "../core/reversible-embedding.ts";
import { TernaryDense } from "../core/ternary-dense.ts";
import { Float8Dense } from "./float8-dense.ts";
import { Float8EinsumDense } from "./float8-einsum-dense.ts";
import { PackedTernaryDense } from "./packed-ternary-dense.ts";
import { QuantizedDense } from "./quantized-dense.ts";
import { QuantizedEinsumDense } from "./quantized-einsum-dense.ts";
import { QuantizedEmbedding } from "./quantized-embedding.ts";
import { QuantizedReversibleEmbedding } from "./quantized-reversible-embedding.ts";

export { quantizeLayer } from "./quantize.ts";

/** A class that is made from a configuration. */
export interface QuantizedClass {
  readonly className: string;
  readonly prototype: object;
  fromConfig(config: Readonly<Record<string, unknown>>): LayerBase;
}

/** A class of layers, and its forms for the modes that it has. */
interface Forms {
  readonly plain: unknown;
  readonly forms: Readonly<Partial<Record<QuantizationMode, QuantizedClass>>>;
}

/** By the classes' names in files. */
const forms: Readonly<Record<string, Forms>> = {
  Dense: {
    plain: Dense,
    forms: { int8: QuantizedDense, int4: QuantizedDense, ternary: QuantizedDense, float8: Float8Dense },
  },
  EinsumDense: {
    plain: EinsumDense,
    forms: { int8: QuantizedEinsumDense, int4: QuantizedEinsumDense, float8: Float8EinsumDense },
  },
  Embedding: { plain: Embedding, forms: { int8: QuantizedEmbedding, int4: QuantizedEmbedding } },
  ReversibleEmbedding: {
    plain: ReversibleEmbedding,
    forms: { int8: QuantizedReversibleEmbedding, int4: QuantizedReversibleEmbedding },
  },
  TernaryDense: { plain: TernaryDense, forms: { ternary: PackedTernaryDense } },
};

/** The classes that have a form for a mode. */
export function quantizableClasses(mode: QuantizationMode): readonly string[] {
  return Object.keys(forms).filter((name) => forms[name]?.forms[mode] !== undefined);
}

/** The form of a class for a mode, by the class's name in files; undefined where there is none. */
export function quantizedClass(className: string, mode: QuantizationMode): QuantizedClass | undefined {
  return Object.hasOwn(forms, className) ? forms[className]?.forms[mode] : undefined;
}

/** The form of a layer for a mode; undefined where its class has none, as subclasses of a user's own have. */
export function formOf(layer: LayerBase, mode: QuantizationMode): QuantizedClass | undefined {
  const own = Object.hasOwn(forms, layer.className) ? forms[layer.className] : undefined;
  return own?.plain === layer.constructor ? own.forms[mode] : undefined;
}
