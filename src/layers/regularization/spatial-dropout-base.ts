import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase } from "../../graph/layer-base.ts";
import { SeedGenerator } from "../../graph/seed-generator.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { toDataFormat } from "../data-format.ts";
import { dropout, fraction, type SeedOptions } from "./noise.ts";

export interface SpatialDropoutOptions<D extends DType = DType> extends SeedOptions<D> {
  /** Share of the channels that is dropped, between 0 and 1. */
  readonly rate?: number | undefined;
  /** Default `"channels_last"`; not for `SpatialDropout1D`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

/** In training, zeroes whole channels. */
export abstract class SpatialDropoutLayer extends LayerBase {
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly rate: number;
  readonly seed: number | null;
  readonly seedGenerator: SeedGenerator | null;
  readonly dataFormat: DataFormat;

  constructor(name: string, spatialRank: number, given: SpatialDropoutOptions) {
    super(given);
    this.rate = fraction(name, "rate", given.rate);
    this.seed = given.seed ?? null;
    this.seedGenerator = this.rate > 0 ? new SeedGenerator(this.seed) : null;
    this.dataFormat = toDataFormat(name, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: spatialRank + 2 });
    this.supportsMasking = true;
  }

  override call(inputs: Tensor, { training }: { readonly training?: boolean | null } = {}): Tensor {
    if (training !== true || this.seedGenerator === null) return inputs;
    const channels = this.dataFormat === "channels_first" ? 1 : inputs.dims.length - 1;
    const shape = inputs.dims.map((dim, axis) => (axis === 0 || axis === channels ? dim : 1));
    return dropout(inputs, this.rate, shape, this.seedGenerator);
  }

  /** Keras leaves `trainable` out. */
  override getConfig(): Record<string, unknown> {
    const { trainable: _, ...config } = super.getConfig();
    return config;
  }
}
